// burst: one report that 200, and then 1,000, endpoints must hear of, each by a webhook that is signed
// and whose attempt is on record, against Alertmanager, whose webhooks are neither. Measured from the
// POST to the last receipt, with bells over Postgres and, where there is one, over Redis.

import { startRedis } from '@renkei/testkit'
import { alertmanagerVersion, startAlertmanager, writeAlert } from './lib/alertmanager.ts'
import type { Bench, BenchOptions, BenchResult } from './lib/bench.ts'
import { checkSignature } from './lib/check-signature.ts'
import { type Burst, measureBurst, type Post } from './lib/one-burst.ts'
import type { ReceiverAsk, Receipts } from './lib/receiver.ts'
import { startRenkei } from './lib/renkei.ts'
import { median, round } from './lib/stats.ts'
import { onStop } from './lib/stops.ts'
import { startWorker, type Worker } from './lib/worker.ts'

export const burst: Bench = {
  about: 'ms from one report to the last of 200 and of 1,000 webhooks, against Alertmanager',
  run,
}

const sizes = [
  { endpoints: 200, ratioMax: 1.5 },
  { endpoints: 1000, ratioMax: 1 },
] as const
const warmUps = 10
const settleMs = 1000

type Queue = 'postgres' | 'redis'

interface Case {
  readonly queue: Queue
  readonly endpoints: number
  readonly ours: number
  readonly theirs: number | null
  readonly ratio: number | null
  readonly ratioMax: number
  readonly [more: string]: unknown
}

async function run({ runs }: BenchOptions): Promise<BenchResult> {
  const version = alertmanagerVersion()
  console.log(
    version
      ? `Alertmanager ${version}`
      : 'prometheus-alertmanager is not installed: apt-get install prometheus-alertmanager',
  )
  const redis = await startRedis()
  if (redis) onStop(() => redis.stop())
  else console.log('redis-server is not installed: apt-get install redis-server, or set REDIS_URL')
  const receiver = startWorker<ReceiverAsk, Receipts>('receiver.ts')
  const { url } = await receiver.ask({ ask: 'listen' }, 5000)
  const cases: Case[] = []
  for (const queue of redis ? (['postgres', 'redis'] as const) : (['postgres'] as const)) {
    const redisUrl = queue === 'redis' ? redis?.url : undefined
    const renkei = await startRenkei({ redisUrl })
    for (const { endpoints, ratioMax } of sizes) {
      const urls = Array.from({ length: endpoints }, (_, index) => `${url}/${queue}/${index}`)
      const secrets = await renkei.subscribe(urls)
      const peer = version ? await startAlertmanager(urls) : undefined
      const sides: Sides = {
        ours: () => renkei.post(),
        ...(peer && { theirs: () => writeAlert(peer.alertsUrl) }),
      }
      const measured = await compare(sides, { receiver, endpoints, runs, secrets })
      await peer?.stop()
      cases.push(summarise(measured, { queue, endpoints, ratioMax }))
    }
    await renkei.stop()
  }
  // The hardest case stands for all; every case is in the same line.
  const { ours, theirs, ratio } = cases.find(({ endpoints }) => endpoints === 1000) as Case
  return { ours, theirs, ratio, unit: 'ms', runs, cases }
}

interface Sides {
  readonly ours: () => Post
  readonly theirs?: () => Post
}

interface CompareOptions {
  readonly receiver: Worker<ReceiverAsk, Receipts>
  readonly endpoints: number
  readonly runs: number
  readonly secrets: readonly string[]
}

type Measured = { readonly ours: Burst[]; readonly theirs: Burst[] }

async function compare(sides: Sides, options: CompareOptions): Promise<Measured> {
  const measured: Measured = { ours: [], theirs: [] }
  for (let index = -warmUps; index < options.runs; index += 1) {
    const order = index % 2 === 0 ? (['ours', 'theirs'] as const) : (['theirs', 'ours'] as const)
    for (const side of order) {
      const write = sides[side]
      if (!write) continue
      const burst = await measureBurst(options.receiver, options, write())
      if (side === 'ours') checkSignature(burst.sample, options.secrets)
      if (index >= 0) measured[side].push(burst)
      await new Promise((resolve) => setTimeout(resolve, settleMs))
    }
  }
  return measured
}

function summarise(
  { ours, theirs }: Measured,
  about: { queue: Queue; endpoints: number; ratioMax: number },
): Case {
  const middle = (bursts: readonly Burst[], of: Exclude<keyof Burst, 'sample' | 'afterMs'>) =>
    round(median(bursts.map((burst) => burst[of])))
  const ratios = ours.map((burst, index) => burst.lastMs / (theirs[index]?.lastMs ?? Number.NaN))
  const known = theirs.length > 0
  const result = {
    ...about,
    ours: middle(ours, 'lastMs'),
    theirs: known ? middle(theirs, 'lastMs') : null,
    ratio: known ? round(median(ratios), 3) : null,
    answeredMs: middle(ours, 'answeredMs'),
    firstMs: middle(ours, 'firstMs'),
    p50Ms: middle(ours, 'p50Ms'),
    p99Ms: middle(ours, 'p99Ms'),
    ...(known && { theirP50Ms: middle(theirs, 'p50Ms'), theirP99Ms: middle(theirs, 'p99Ms') }),
  }
  console.log(JSON.stringify(result))
  return result
}
