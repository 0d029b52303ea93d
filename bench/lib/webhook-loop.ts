// Worker: signs and posts a webhook of typical size to one endpoint after the other, over so many
// connections, with undici and nothing else: no queue, no database, no log. What a sender can reach at most.

import { createHmac } from 'node:crypto'
import { Pool } from 'undici'
import { drive } from './drive.ts'
import { makeReports } from './reports.ts'
import { serve } from './worker.ts'

export interface LoopAsk {
  readonly urls: readonly string[]
  readonly connections: number
  readonly seconds: number
}

export interface LoopMeasured {
  readonly perSecond: number
}

// A webhook is about twice as long as its report.
const bodyCharacters = 4400
const key = Buffer.alloc(32, 7)

serve(async ({ urls, connections, seconds }: LoopAsk): Promise<LoopMeasured> => {
  const [first = ''] = urls
  const pool = new Pool(new URL(first).origin, { connections, pipelining: 1 })
  const [report = ''] = await makeReports(1, new Date())
  const body = Buffer.from(report.repeat(3).slice(0, bodyCharacters))
  let sent = 0
  const post = async () => {
    const id = crypto.randomUUID()
    const path = new URL(urls[sent++ % urls.length] ?? first).pathname
    const timestamp = String(Math.floor(Date.now() / 1000))
    const mac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body)
    const headers = {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${mac.digest('base64')}`,
    }
    const answer = await pool.request({ path, method: 'POST', headers, body })
    await answer.body.dump()
  }
  try {
    const lanes = Array.from({ length: connections }, () => post)
    const { perSecond } = await drive(lanes, seconds)
    return { perSecond }
  } finally {
    await pool.destroy()
  }
})
