// accept: one report a request over 64 connections, each answered after a durable commit, against the
// same Postgres committing one row of the same bytes at the same concurrency.

import type { Bench, BenchOptions, BenchResult } from './lib/bench.ts'
import { makeDatabase } from './lib/database.ts'
import type { Measured } from './lib/drive.ts'
import type { HttpLoad } from './lib/http-load.ts'
import type { RowLoad } from './lib/row-load.ts'
import { median, round } from './lib/stats.ts'
import { makeReporter, startOne } from './lib/system.ts'
import { startWorker } from './lib/worker.ts'

export const accept: Bench = {
  about: 'reports accepted a second, against bare row commits on the same Postgres',
  run,
}

const connections = 64
const warmUpSeconds = 4

async function run({ runs, seconds }: BenchOptions): Promise<BenchResult> {
  const databaseUrl = await makeDatabase()
  const apiKey = await makeReporter(databaseUrl)
  const api = await startOne('api', { databaseUrl })
  const http = startWorker<HttpLoad, Measured>('http-load.ts')
  const rows = startWorker<RowLoad, Measured>('row-load.ts')
  const timeoutMs = (long: number) => long * 1000 + 20_000
  const sides = {
    ours: (long: number) =>
      http.ask({ apiUrl: api.url, apiKey, connections, seconds: long }, timeoutMs(long)),
    theirs: (long: number) =>
      rows.ask({ databaseUrl, connections, seconds: long }, timeoutMs(long)),
  }
  await sides.ours(warmUpSeconds)
  await sides.theirs(warmUpSeconds)
  const measured = { ours: [] as Measured[], theirs: [] as Measured[] }
  for (let index = 0; index < runs; index += 1) {
    const order = index % 2 === 0 ? (['ours', 'theirs'] as const) : (['theirs', 'ours'] as const)
    for (const side of order) measured[side].push(await sides[side](seconds))
    console.log(
      `run ${index + 1}: ours ${describe(measured.ours.at(-1))}; theirs ${describe(measured.theirs.at(-1))}`,
    )
  }
  return summarise(measured, runs)
}

function summarise(
  { ours, theirs }: { ours: readonly Measured[]; theirs: readonly Measured[] },
  runs: number,
): BenchResult {
  const middle = (values: readonly Measured[], of: keyof Measured) =>
    median(values.map((value) => value[of]))
  // Each run is compared with its neighbour, so that a busy moment of the machine counts for both.
  const ratios = ours.map(({ perSecond }, index) => perSecond / (theirs[index]?.perSecond ?? 0))
  return {
    ours: Math.round(middle(ours, 'perSecond')),
    theirs: Math.round(middle(theirs, 'perSecond')),
    ratio: round(median(ratios), 3),
    unit: 'commits/s',
    runs,
    connections,
    p50Ms: round(middle(ours, 'p50Ms')),
    p99Ms: round(middle(ours, 'p99Ms')),
    theirP99Ms: round(middle(theirs, 'p99Ms')),
    toReach: { ratioMin: 0.5, p99MsMax: 50 },
  }
}

function describe(measured: Measured | undefined): string {
  if (!measured) return 'nothing'
  const { perSecond, p50Ms, p99Ms } = measured
  return `${Math.round(perSecond)}/s (p50 ${round(p50Ms)} ms, p99 ${round(p99Ms)} ms)`
}
