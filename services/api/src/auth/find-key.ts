// Finds whose key was presented, and remembers the answer for a moment.

import { findKeyHolder, type Db, type KeyHolder } from '@renkei/db'
import type { Clock } from '@renkei/service-kit'

export interface KeyFinderDeps {
  readonly db: Db
  readonly clock: Clock
  /** How long a key that was looked up is believed: a revoked key works at most this much longer. */
  readonly keyCacheMs: number
  readonly keyCacheEntriesMax: number
}

export interface PresentedKey {
  readonly apiKey: string
  /** A hash of the whole key. */
  readonly proof: string
}

export type FindLiveKey = (presented: PresentedKey) => Promise<KeyHolder | undefined>

/** Makes the search for keys that are right, not revoked and not expired. */
export function makeKeyFinder(deps: KeyFinderDeps): FindLiveKey {
  // Only keys that exist are remembered, by hash, so a guesser cannot fill the cache.
  const cache = new Map<string, { holder: KeyHolder; until: number }>()
  const find = async ({ apiKey, proof }: PresentedKey) => {
    const now = deps.clock.now().getTime()
    const cached = cache.get(proof)
    if (cached && cached.until > now) return cached.holder
    cache.delete(proof)
    const holder = await findKeyHolder(deps.db, apiKey)
    if (!holder) return undefined
    if (cache.size >= deps.keyCacheEntriesMax) cache.clear()
    cache.set(proof, { holder, until: now + deps.keyCacheMs })
    return holder
  }
  return async (presented) => {
    const holder = await find(presented)
    return holder && !isExpired(holder, deps.clock) ? holder : undefined
  }
}

function isExpired({ expiresAt }: KeyHolder, clock: Clock): boolean {
  return expiresAt !== null && expiresAt.getTime() <= clock.now().getTime()
}
