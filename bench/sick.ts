// sick: of 200 endpoints 10 % hang, 10 % answer 500 and 5 % drip their answer; what counts is the p99 of the
// healthy ones, over one report after the other, against a system whose endpoints are all healthy.

import type { Bench, BenchOptions, BenchResult } from './lib/bench.ts'
import { measureBurst } from './lib/one-burst.ts'
import type { Illness, ReceiverAsk, Receipts } from './lib/receiver.ts'
import { type MeasuredRenkei, startRenkei } from './lib/renkei.ts'
import { median, percentile, round } from './lib/stats.ts'
import { startWorker, type Worker } from './lib/worker.ts'

export const sick: Bench = {
  about: 'p99 of the healthy endpoints while a quarter is ill, against all healthy',
  run,
}

const endpointsFull = 200
const shares: Readonly<Record<Illness, number>> = { hangs: 0.1, fails: 0.1, drips: 0.05 }
const reportsPerSecond = 5
const warmUps = 5

interface Side {
  readonly renkei: MeasuredRenkei
  readonly receiver: Worker<ReceiverAsk, Receipts>
  readonly healthy: number
}

async function run({ runs, seconds, scale }: BenchOptions): Promise<BenchResult> {
  const endpoints = Math.max(20, Math.round(endpointsFull * scale))
  const sides = {
    ours: await startSide(endpoints, true),
    theirs: await startSide(endpoints, false),
  }
  // The healthy side is warmed up; the other one meets its ill endpoints for the first time in the first run.
  for (let index = 0; index < warmUps; index += 1) await measureOne(sides.theirs)
  const p99Ms = { ours: [] as number[], theirs: [] as number[] }
  for (let index = 0; index < runs; index += 1) {
    const order = index % 2 === 0 ? (['ours', 'theirs'] as const) : (['theirs', 'ours'] as const)
    for (const side of order) p99Ms[side].push(await measure(sides[side], seconds))
    const [ours = 0, theirs = 0] = [p99Ms.ours.at(-1), p99Ms.theirs.at(-1)]
    console.log(`run ${index + 1}: p99 ${round(ours)} ms, all healthy ${round(theirs)} ms`)
  }
  const ratios = p99Ms.ours.map((ms, index) => ms / (p99Ms.theirs[index] ?? Number.NaN))
  return {
    ours: round(median(p99Ms.ours)),
    theirs: round(median(p99Ms.theirs)),
    ratio: round(median(ratios), 3),
    unit: 'ms p99',
    runs,
    endpoints,
    ill: endpoints - sides.ours.healthy,
    // While nobody knows yet which of them are ill.
    firstRun: round(p99Ms.ours[0] ?? Number.NaN),
    firstRatio: round(ratios[0] ?? Number.NaN, 3),
    toReach: { ratioMax: 1.5 },
  }
}

async function startSide(endpoints: number, isIll: boolean): Promise<Side> {
  const receiver = startWorker<ReceiverAsk, Receipts>('receiver.ts')
  const { url } = await receiver.ask({ ask: 'listen' }, 5000)
  const illUrls: string[] = []
  for (const [how, share] of Object.entries(shares)) {
    if (!isIll) break
    const question = { how: how as Illness, endpoints: Math.round(endpoints * share) }
    illUrls.push(...(await receiver.ask({ ask: 'listenIll', ...question }, 5000)).illUrls)
  }
  const healthy = endpoints - illUrls.length
  const renkei = await startRenkei()
  const wellUrls = Array.from({ length: healthy }, (_, index) => `${url}/well/${index}`)
  // Mixed, as they would be: the ill ones stand between the healthy ones.
  const step = Math.floor(healthy / (illUrls.length + 1))
  const urls = wellUrls.flatMap((well, index) => {
    const at = step > 0 && index % step === 0 ? illUrls[index / step] : undefined
    return at === undefined ? [well] : [at, well]
  })
  await renkei.subscribe([...urls, ...illUrls.filter((ill) => !urls.includes(ill))])
  return { renkei, receiver, healthy }
}

async function measure(side: Side, seconds: number): Promise<number> {
  const afterMs: number[] = []
  const everyMs = 1000 / reportsPerSecond
  for (let count = 0; count < seconds * reportsPerSecond; count += 1) {
    const startedMs = performance.now()
    afterMs.push(...(await measureOne(side)))
    const restMs = everyMs - (performance.now() - startedMs)
    if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs))
  }
  return percentile(afterMs, 0.99)
}

// What reaches the ill ones is not counted. All healthy: the same number is, whichever comes.
async function measureOne({ renkei, receiver, healthy }: Side): Promise<readonly number[]> {
  return (await measureBurst(receiver, { endpoints: healthy }, renkei.post())).afterMs
}
