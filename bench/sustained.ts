// sustained: reports at a steady rate that rises from step to step, each to 100 subscribers. A rate is
// sustained when the last of its webhooks is there a second after the last report. Against Alertmanager at
// the same rates, and against a bare loop of undici that signs and sends as fast as it can.

import { alertmanagerVersion, startAlertmanager, writeAlert } from './lib/alertmanager.ts'
import type { Bench, BenchOptions, BenchResult } from './lib/bench.ts'
import type { Post } from './lib/one-burst.ts'
import { monotonicMs, type ReceiverAsk, type Receipts } from './lib/receiver.ts'
import { send, startRenkei } from './lib/renkei.ts'
import { median, round } from './lib/stats.ts'
import type { LoopAsk, LoopMeasured } from './lib/webhook-loop.ts'
import { startWorker, type Worker } from './lib/worker.ts'

export const sustained: Bench = {
  about:
    'webhooks a second at the highest steady rate, against Alertmanager and a bare undici loop',
  run,
}

const subscribersFull = 100
// Reports a second; each step is a fifth more, or so.
const rates = [2, 4, 6, 8, 10, 12, 15, 18, 22, 26, 31, 37, 44, 53, 64, 77, 92, 110] as const
const ratesLeast = 4
const lateMsMax = 1000
const waitMsMax = 60_000
const warmUpReports = 20
const loopConnections = 128

type Reception = Worker<ReceiverAsk, Receipts>

async function run({ runs, seconds, scale }: BenchOptions): Promise<BenchResult> {
  const subscribers = Math.max(5, Math.round(subscribersFull * scale))
  const receiver = startWorker<ReceiverAsk, Receipts>('receiver.ts')
  const { url } = await receiver.ask({ ask: 'listen' }, 5000)
  const urls = Array.from({ length: subscribers }, (_, index) => `${url}/all/${index}`)
  const renkei = await startRenkei()
  await renkei.subscribe(urls)
  const peer = alertmanagerVersion() ? await startAlertmanager(urls) : undefined
  if (!peer) console.log('prometheus-alertmanager is not installed')
  const loop = startWorker<LoopAsk, LoopMeasured>('webhook-loop.ts')
  const rateMax = Math.max(ratesLeast, (rates.at(-1) ?? 0) * scale)
  const load = { receiver, subscribers, seconds, rateMax }
  const climbs = { ours: [] as number[], theirs: [] as number[], bare: [] as number[] }
  await warmUp(() => renkei.post(), receiver, subscribers)
  for (let index = 0; index < runs; index += 1) {
    climbs.ours.push(await climb(() => renkei.post(), load))
    if (peer) climbs.theirs.push(await climb(() => writeAlert(peer.alertsUrl), load))
    const ask = { urls, connections: loopConnections, seconds }
    climbs.bare.push((await loop.ask(ask, seconds * 1000 + 20_000)).perSecond)
    const [ours = 0, theirs = 0, bare = 0] = [climbs.ours, climbs.theirs, climbs.bare].map((all) =>
      Math.round(all.at(-1) ?? 0),
    )
    console.log(`run ${index + 1}: ${ours}/s; Alertmanager ${theirs}/s; undici loop ${bare}/s`)
  }
  const ours = median(climbs.ours)
  const theirs = peer ? median(climbs.theirs) : null
  return {
    ours: Math.round(ours),
    theirs: theirs === null ? null : Math.round(theirs),
    ratio: theirs === null ? null : round(ours / theirs, 3),
    unit: 'webhooks/s',
    runs,
    subscribers,
    bare: Math.round(median(climbs.bare)),
    bareRatio: round(ours / median(climbs.bare), 3),
    rateMax,
    toReach: { ratioMin: 1, bareRatioMin: 0.4 },
  }
}

async function warmUp(next: () => Post, receiver: Reception, subscribers: number): Promise<void> {
  await receiver.ask({ ask: 'expectTotal', total: warmUpReports * subscribers }, 5000)
  for (let count = 0; count < warmUpReports; count += 1) await send(next())
  await receiver.ask({ ask: 'total' }, waitMsMax)
}

interface Load {
  readonly receiver: Reception
  readonly subscribers: number
  readonly seconds: number
  /** Nothing beyond it is tried. */
  readonly rateMax: number
}

// The highest rate that is kept, in webhooks a second; beyond the first one that is not nothing is tried.
async function climb(next: () => Post, load: Load): Promise<number> {
  let best = 0
  for (const rate of rates.filter((each) => each <= load.rateMax)) {
    const lateMs = await hold(next, rate, load)
    if (lateMs > lateMsMax) break
    best = rate * load.subscribers
  }
  return best
}

// Resolves to how long after the last post the last webhook came.
async function hold(next: () => Post, rate: number, load: Load): Promise<number> {
  const { receiver, subscribers, seconds } = load
  const count = Math.max(1, Math.round(rate * seconds))
  await receiver.ask({ ask: 'expectTotal', total: count * subscribers }, 5000)
  const startMs = performance.now()
  const answers: Promise<void>[] = []
  for (let index = 0; index < count; index += 1) {
    const waitMs = startMs + (index * 1000) / rate - performance.now()
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
    answers.push(send(next()))
  }
  const sentMs = monotonicMs()
  await Promise.all(answers)
  const { lastMs } = await receiver.ask({ ask: 'total' }, waitMsMax)
  return lastMs - sentMs
}
