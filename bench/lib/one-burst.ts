// One burst: post something, and see when each endpoint has heard of it.

import { request } from 'undici'
import { monotonicMs, type ReceiverAsk, type Receipts } from './receiver.ts'
import { percentile } from './stats.ts'
import type { Worker } from './worker.ts'

export interface Post {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Burst {
  /** From the moment before the POST is sent to the receipts, in ms. */
  readonly answeredMs: number
  readonly firstMs: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly lastMs: number
  /** Of every endpoint. */
  readonly afterMs: readonly number[]
  readonly sample: string
}

const burstMsMax = 30_000

export interface Expected {
  readonly endpoints: number
  /** Of other requests no account is taken. */
  readonly containing?: string
}

/** Posts once and resolves when all endpoints have heard; rejects when one heard twice or not at all. */
export async function measureBurst(
  receiver: Worker<ReceiverAsk, Receipts>,
  expected: Expected,
  post: Post,
): Promise<Burst> {
  await receiver.ask({ ask: 'expect', ...expected }, 5000)
  const sentMs = monotonicMs()
  const { statusCode, body } = await request(post.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...post.headers },
    body: post.body,
  })
  const answeredMs = monotonicMs() - sentMs
  const text = await body.text()
  if (statusCode >= 300) throw new Error(`${post.url} answered ${statusCode}: ${text}`)
  const { atMs, repeats, sample } = await receiver.ask({ ask: 'receipts' }, burstMsMax)
  if (repeats > 0) throw new Error(`${repeats} endpoints were sent to twice`)
  const after = atMs.map((at) => at - sentMs)
  return {
    answeredMs,
    firstMs: Math.min(...after),
    p50Ms: percentile(after, 0.5),
    p99Ms: percentile(after, 0.99),
    lastMs: Math.max(...after),
    afterMs: after,
    sample,
  }
}
