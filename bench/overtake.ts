// overtake: 50,000 deliveries of level 1 wait for 200 endpoints and are being sent; then one report of
// level 4 is posted that the same 200 endpoints must hear of. Against the same report when nothing waits.

import type { Bench, BenchOptions, BenchResult } from './lib/bench.ts'
import { measureBurst } from './lib/one-burst.ts'
import type { ReceiverAsk, Receipts } from './lib/receiver.ts'
import { type MeasuredRenkei, send, startRenkei } from './lib/renkei.ts'
import { median, round } from './lib/stats.ts'
import { startWorker, type Worker } from './lib/worker.ts'

export const overtake: Bench = {
  about:
    'ms to the last of 200 webhooks of level 4 while 50,000 of level 1 wait, against an idle system',
  run,
}

const endpoints = 200
const backlogFull = 50_000
const warmUps = 5
const settleMs = 500
const drainMsMax = 300_000
const urgent = { endpoints, containing: '"level":4,' }
const postsAtOnce = 16
const sentBefore = 0.2

async function run({ runs, scale }: BenchOptions): Promise<BenchResult> {
  const reports = Math.max(2, Math.round((backlogFull * scale) / endpoints))
  const receiver = startWorker<ReceiverAsk, Receipts>('receiver.ts')
  const { url } = await receiver.ask({ ask: 'listen' }, 5000)
  const renkei = await startRenkei()
  await renkei.subscribe(Array.from({ length: endpoints }, (_, index) => `${url}/all/${index}`))
  const idle = () => measureBurst(receiver, urgent, renkei.postOfLevel(4))
  for (let index = 0; index < warmUps; index += 1) await idle()
  const ours: number[] = []
  const theirs: number[] = []
  for (let index = 0; index < runs; index += 1) {
    theirs.push((await idle()).lastMs)
    ours.push(await overtakeOnce(renkei, receiver, reports))
    console.log(
      `run ${index + 1}: ${round(ours.at(-1) ?? 0)} ms, idle ${round(theirs.at(-1) ?? 0)} ms`,
    )
    await pause(settleMs)
  }
  return {
    ours: round(median(ours)),
    theirs: round(median(theirs)),
    ratio: round(median(ours.map((ms, index) => ms / (theirs[index] ?? Number.NaN))), 3),
    unit: 'ms',
    runs,
    waiting: reports * endpoints,
    toReach: { ratioMax: 2 },
  }
}

async function overtakeOnce(
  renkei: MeasuredRenkei,
  receiver: Worker<ReceiverAsk, Receipts>,
  reports: number,
): Promise<number> {
  await renkei.stopNotifier()
  for (let sent = 0; sent < reports; sent += postsAtOnce) {
    const count = Math.min(postsAtOnce, reports - sent)
    await Promise.all(Array.from({ length: count }, () => send(renkei.postOfLevel(1))))
  }
  // The urgent report comes in the midst of it, and not while the notifier is still warming up.
  const total = Math.ceil(reports * endpoints * sentBefore)
  await receiver.ask({ ask: 'expectTotal', total }, 5000)
  await renkei.startNotifier()
  await receiver.ask({ ask: 'total' }, drainMsMax)
  await receiver.ask({ ask: 'expectTotal', total: Number.MAX_SAFE_INTEGER }, 5000)
  const { lastMs } = await measureBurst(receiver, urgent, renkei.postOfLevel(4))
  await untilStill(receiver)
  return lastMs
}

// Nothing new for a while: the backlog is gone.
async function untilStill(receiver: Worker<ReceiverAsk, Receipts>): Promise<void> {
  let before = -1
  for (const untilMs = performance.now() + drainMsMax; performance.now() < untilMs;) {
    const { total } = await receiver.ask({ ask: 'expect', ...urgent }, 5000)
    if (total === before) return
    before = total
    await pause(1000)
  }
  throw new Error('the backlog did not drain')
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
