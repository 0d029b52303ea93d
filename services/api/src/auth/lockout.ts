// Who guesses waits. Failures are counted by source address and by claimed key; beyond the limit a
// source is refused before its key is looked at, longer each time. What nobody can do is lock
// another out: a key is never locked as such, only a source is, and a key that has worked from a
// source goes on working from there (docs/decisions/0009-credentials.md).

import { makeBoundedLimiter } from './bounded-limiter.ts'

export interface LockoutSettings {
  /** Failures within a minute: of one source, and of one key from all sources. */
  readonly failuresMax: number
  /** The first lock; each further one within a day is twice as long. */
  readonly lockSeconds: number
  readonly lockSecondsMax: number
  /** How many sources, keys and pairs are remembered, each. */
  readonly sourcesMax: number
}

/** One try to use a key. */
export interface Attempt {
  readonly source: string
  /** What the key claims to be, when it has the form of a key. */
  readonly keyId: string | undefined
  /** A hash of all that was presented. */
  readonly proof: string
}

export interface Lockout {
  /** For how many seconds this attempt is refused without a look; 0 when it is not. */
  secondsLeft(attempt: Attempt): Promise<number>
  failed(attempt: Attempt): Promise<void>
  succeeded(attempt: Attempt): void
  /** The key does not work any more, also from where it did. */
  ended(attempt: Attempt): void
}

const windowSeconds = 60
const memorySeconds = 86_400

/** Makes the lockout of one process; it starts with nobody locked. */
export function makeLockout(settings: LockoutSettings): Lockout {
  const { failuresMax, sourcesMax } = settings
  const failures = makeBoundedLimiter(windowSeconds, sourcesMax)
  const earlierLocks = makeBoundedLimiter(memorySeconds, sourcesMax)
  const locks = makeBoundedLimiter(windowSeconds, sourcesMax)
  const worked = new Set<string>()
  const lock = async (name: string) => {
    const seconds = lockLength(await earlierLocks.count(name), settings)
    await locks.hold(name, seconds)
  }
  return {
    async secondsLeft(attempt) {
      const left = [await locks.msLeft(attempt.source), await locks.msLeft(pairOf(attempt))]
      const most = Math.max(...left)
      return most === 0 || worked.has(placeOf(attempt)) ? 0 : Math.ceil(most / 1000)
    },
    async failed(attempt) {
      const ofSource = await failures.count(`source ${attempt.source}`)
      const ofKey = attempt.keyId ? await failures.count(`key ${attempt.keyId}`) : 0
      if (ofSource % failuresMax === 0) await lock(attempt.source)
      // A key that many sources guess at: each of them has one try.
      else if (ofKey >= failuresMax) await lock(pairOf(attempt))
    },
    succeeded(attempt) {
      const place = placeOf(attempt)
      if (worked.has(place)) return
      const [oldest] = worked
      if (worked.size >= sourcesMax && oldest !== undefined) worked.delete(oldest)
      worked.add(place)
    },
    ended: (attempt) => void worked.delete(placeOf(attempt)),
  }
}

const pairOf = ({ source, keyId }: Attempt) => `${source} ${keyId ?? ''}`
const placeOf = ({ source, proof }: Attempt) => `${source} ${proof}`

function lockLength(times: number, settings: LockoutSettings): number {
  // Beyond 2^30 times the first lock every limit is reached.
  const length = settings.lockSeconds * 2 ** Math.min(times - 1, 30)
  return Math.min(length, settings.lockSecondsMax)
}
