// Counters of rate-limiter-flexible in this process's memory, with an end to how many there are:
// whoever sends from many addresses makes it forget the oldest, and locks nobody else out.

import { RateLimiterMemory } from 'rate-limiter-flexible'

export interface BoundedLimiter {
  /** Counts one more; resolves to how many there are in the present window. */
  count(key: string): Promise<number>
  /** Holds a key for so long. */
  hold(key: string, seconds: number): Promise<void>
  /** How long a key is still counted or held; 0 when it is not known. */
  msLeft(key: string): Promise<number>
}

/** Makes counters that are forgotten `windowSeconds` after their first count. */
export function makeBoundedLimiter(windowSeconds: number, entriesMax: number): BoundedLimiter {
  const limiter = new RateLimiterMemory({ points: 1, duration: windowSeconds })
  // In the order of their last use.
  const known = new Set<string>()
  const touch = async (key: string) => {
    known.delete(key)
    known.add(key)
    if (known.size <= entriesMax) return
    const [oldest] = known
    if (oldest === undefined) return
    known.delete(oldest)
    await limiter.delete(oldest)
  }
  return {
    async count(key) {
      await touch(key)
      return (await limiter.penalty(key)).consumedPoints
    },
    async hold(key, seconds) {
      await touch(key)
      await limiter.block(key, seconds)
    },
    async msLeft(key) {
      if (!known.has(key)) return 0
      const found = await limiter.get(key)
      return Math.max(0, found?.msBeforeNext ?? 0)
    },
  }
}
