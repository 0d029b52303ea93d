// Closed-loop load: each lane does its work again and again until the time is over.

import { percentile } from './stats.ts'

export interface Measured {
  /** Completed in the time, by the second. */
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** Drives all lanes at once for so many seconds; rejects with the first failure. */
export async function drive(
  lanes: readonly (() => Promise<void>)[],
  seconds: number,
): Promise<Measured> {
  const tookMs: number[] = []
  const begin = performance.now()
  const end = begin + seconds * 1000
  const loop = async (work: () => Promise<void>) => {
    for (let started = begin; started < end;) {
      await work()
      const now = performance.now()
      if (now <= end) tookMs.push(now - started)
      started = now
    }
  }
  await Promise.all(lanes.map(loop))
  return {
    perSecond: tookMs.length / seconds,
    p50Ms: percentile(tookMs, 0.5),
    p99Ms: percentile(tookMs, 0.99),
  }
}
