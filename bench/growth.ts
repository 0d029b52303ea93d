// growth: accept and burst on a database with a million reports and ten million attempts, against the same
// on an empty one. Both databases are on the same server and are measured in turn.

import { withClient } from '@renkei/db'
import type { Bench, BenchOptions, BenchResult } from './lib/bench.ts'
import type { Measured } from './lib/drive.ts'
import { fillWithHistory } from './lib/fill.ts'
import type { HttpLoad } from './lib/http-load.ts'
import { measureBurst } from './lib/one-burst.ts'
import type { ReceiverAsk, Receipts } from './lib/receiver.ts'
import { type MeasuredRenkei, startRenkei } from './lib/renkei.ts'
import { median, round } from './lib/stats.ts'
import { startWorker, type Worker } from './lib/worker.ts'

export const growth: Bench = {
  about: 'accept and burst with 1 M reports and 10 M attempts stored, against an empty database',
  run,
}

const reportsFull = 1_000_000
const attemptsPerReport = 10
const endpointsFull = 200
const endpointsLeast = 20
const burstsPerRun = 5
const warmUps = 10
const connections = 64

interface Side {
  readonly renkei: MeasuredRenkei
  readonly receiver: Worker<ReceiverAsk, Receipts>
  readonly http: Worker<HttpLoad, Measured>
  readonly endpoints: number
  readonly perSecond: number[]
  readonly burstMs: number[]
}

async function run({ runs, seconds, scale }: BenchOptions): Promise<BenchResult> {
  const reports = Math.max(1000, Math.round(reportsFull * scale))
  const endpoints = Math.max(endpointsLeast, Math.round(endpointsFull * Math.min(1, scale * 10)))
  const sides = { ours: await startSide(endpoints), theirs: await startSide(endpoints) }
  for (const side of Object.values(sides)) {
    for (let index = 0; index < Math.ceil(warmUps * Math.min(1, scale * 10)); index += 1)
      await burst(side)
  }
  // The outcome of a webhook is on record a moment after its receipt.
  await new Promise((resolve) => setTimeout(resolve, 1000))
  console.log('filling')
  await fillWithHistory(sides.ours.renkei.databaseUrl, { reports, attemptsPerReport })
  for (let index = 0; index < runs; index += 1) {
    const order = index % 2 === 0 ? [sides.ours, sides.theirs] : [sides.theirs, sides.ours]
    for (const side of order) await measure(side, seconds)
    console.log(`run ${index + 1}: full ${describe(sides.ours)}; empty ${describe(sides.theirs)}`)
  }
  const { ours, theirs } = sides
  const acceptRatio = ratioOf(ours.perSecond, theirs.perSecond)
  // Faster is more, as for accept.
  const burstRatio = ratioOf(theirs.burstMs, ours.burstMs)
  return {
    ours: Math.round(median(ours.perSecond)),
    theirs: Math.round(median(theirs.perSecond)),
    ratio: round(Math.min(acceptRatio, burstRatio), 3),
    unit: 'commits/s',
    runs,
    reports,
    attempts: reports * attemptsPerReport,
    acceptRatio: round(acceptRatio, 3),
    burstRatio: round(burstRatio, 3),
    burstMs: round(median(ours.burstMs)),
    emptyBurstMs: round(median(theirs.burstMs)),
    toReach: { ratioMin: 0.9 },
  }
}

function ratioOf(over: readonly number[], under: readonly number[]): number {
  return median(over.map((value, index) => value / (under[index] ?? Number.NaN)))
}

function describe({ perSecond, burstMs }: Side): string {
  return `${Math.round(perSecond.at(-1) ?? 0)}/s, burst ${round(burstMs.at(-1) ?? 0)} ms`
}

async function startSide(endpoints: number): Promise<Side> {
  const receiver = startWorker<ReceiverAsk, Receipts>('receiver.ts')
  const { url } = await receiver.ask({ ask: 'listen' }, 5000)
  const renkei = await startRenkei()
  await renkei.subscribe(Array.from({ length: endpoints }, (_, index) => `${url}/all/${index}`))
  const http = startWorker<HttpLoad, Measured>('http-load.ts')
  return { renkei, receiver, http, endpoints, perSecond: [], burstMs: [] }
}

async function burst({ renkei, receiver, endpoints }: Side): Promise<number> {
  return (await measureBurst(receiver, { endpoints }, renkei.post())).lastMs
}

// The reports of accept go to nobody while they are counted: the notifier is stopped, and what they owe is
// taken out of the way before the next burst.
async function measure(side: Side, seconds: number): Promise<void> {
  const { renkei, http } = side
  const bursts: number[] = []
  for (let index = 0; index < burstsPerRun; index += 1) bursts.push(await burst(side))
  side.burstMs.push(median(bursts))
  await renkei.stopNotifier()
  const { apiUrl, apiKey } = renkei
  const load = { apiUrl, apiKey, connections, seconds }
  const { perSecond } = await http.ask(load, seconds * 1000 + 20_000)
  side.perSecond.push(perSecond)
  await dropWaiting(renkei)
  await renkei.startNotifier()
}

async function dropWaiting({ databaseUrl }: MeasuredRenkei): Promise<void> {
  await withClient(databaseUrl, (client) =>
    client.query('UPDATE fan_outs SET completed_at = now() WHERE completed_at IS NULL'),
  )
}
