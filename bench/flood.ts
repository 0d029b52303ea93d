// flood: one organisation sends 20 times what it may, over many connections, while another posts at a
// modest rate. What counts is how long the other waits for its answers, against a quiet machine in turn.

import type { Bench, BenchOptions, BenchResult } from './lib/bench.ts'
import { makeDatabase } from './lib/database.ts'
import type { FloodLoad, FloodMeasured } from './lib/flood-load.ts'
import { median, round } from './lib/stats.ts'
import { makeReporter, startOne } from './lib/system.ts'
import { startWorker } from './lib/worker.ts'

export const flood: Bench = {
  about: "p99 of one organisation's reports while another floods, against the same without a flood",
  run,
}

// The limit of an organisation as it comes.
const limitPerSecond = 50
const flooding = { organisation: 'example-mobile', perSecond: 20 * limitPerSecond, connections: 64 }
const modest = { organisation: 'example-fixed', perSecond: 40, connections: 8 }
const warmUpSeconds = 4

interface Pair {
  readonly quiet: FloodMeasured
  readonly flooded: FloodMeasured
  readonly flood: FloodMeasured
}

async function run({ runs, seconds }: BenchOptions): Promise<BenchResult> {
  const databaseUrl = await makeDatabase()
  const api = await startOne('api', { databaseUrl, env: {} })
  const worker = async (who: typeof flooding) => {
    const apiKey = await makeReporter(databaseUrl, who.organisation)
    const process = startWorker<FloodLoad, FloodMeasured>('flood-load.ts')
    return (long: number) =>
      process.ask({ apiUrl: api.url, apiKey, ...who, seconds: long }, long * 1000 + 30_000)
  }
  const floods = await worker(flooding)
  const posts = await worker(modest)
  const underFlood = async (long: number) => {
    // A moment longer at the end, so that there is a flood to the last report of the other.
    const [flood, flooded] = await Promise.all([floods(long + 1), posts(long)])
    return { flood, flooded }
  }
  await posts(warmUpSeconds)
  await underFlood(warmUpSeconds)
  const pairs: Pair[] = []
  for (let index = 0; index < runs; index += 1) {
    const quietFirst = index % 2 === 0 ? await posts(seconds) : undefined
    const during = await underFlood(seconds)
    const pair = { quiet: quietFirst ?? (await posts(seconds)), ...during }
    pairs.push(pair)
    console.log(`run ${index + 1}: ${describe(pair)}`)
  }
  return summarise(pairs, runs)
}

function summarise(pairs: readonly Pair[], runs: number): BenchResult {
  const middle = (of: (pair: Pair) => number) => round(median(pairs.map(of)))
  return {
    ours: middle(({ flooded }) => flooded.p99Ms),
    theirs: middle(({ quiet }) => quiet.p99Ms),
    ratio: round(median(pairs.map(({ flooded, quiet }) => flooded.p99Ms / quiet.p99Ms)), 3),
    unit: 'ms p99',
    runs,
    p50Ms: middle(({ flooded }) => flooded.p50Ms),
    quietP50Ms: middle(({ quiet }) => quiet.p50Ms),
    refused: pairs.reduce((sum, { flooded, quiet }) => sum + flooded.refused + quiet.refused, 0),
    floodAccepted: middle(({ flood }) => flood.accepted),
    floodRefused: middle(({ flood }) => flood.refused),
    toReach: { ratioMax: 1.5 },
  }
}

function describe({ quiet, flooded, flood }: Pair): string {
  const times = ({ p50Ms, p99Ms }: FloodMeasured) =>
    `p50 ${round(p50Ms)} ms, p99 ${round(p99Ms)} ms`
  return `quiet ${times(quiet)}; under flood ${times(flooded)} (of the flood ${flood.accepted} accepted, ${flood.refused} refused)`
}
