// How often a data key may seal. With random nonces a key must stay far below 2^32 uses (NIST SP
// 800-38D, 8.3), over all processes and restarts: each process reserves seals in the store before it
// makes them, and the data key is replaced when enough are reserved.

import type { KeyObject } from 'node:crypto'
import { ExhaustedError } from './errors.ts'
import type { DataKeyStore, KeyRing } from './key-ring.ts'

export interface LeaseOptions {
  /** Seals that a process reserves at a time. */
  readonly leaseSeals: number
  /** When so many are reserved, a new data key takes over. */
  readonly sealsMax: number
  /** How often a process that seals looks whether another data key has become active. */
  readonly lookMs: number
}

export const leaseDefaults: LeaseOptions = {
  leaseSeals: 2 ** 18,
  sealsMax: 2 ** 30,
  lookMs: 10_000,
}

// Where a data key cannot be replaced (its KEK was), this still bounds it.
const sealsEver = 2 ** 31

export interface Lease {
  /** The data key for one more seal; throws `ExhaustedError` when there is none. */
  next(): { readonly dataKeyId: string; readonly key: KeyObject }
  /** Resolves when no look at the store is under way. */
  settled(): Promise<void>
}

interface Held {
  readonly dataKeyId: string
  readonly key: KeyObject
  left: number
}

/** Reserves the first seals; looks at the store in the background from then on. */
export async function openLease(
  ring: KeyRing,
  store: DataKeyStore,
  options: LeaseOptions,
  onFault: (error: unknown) => void,
): Promise<Lease> {
  let held = await take(ring, store, options)
  let lookedAt = performance.now()
  let looking: Promise<void> | undefined
  const look = async () => {
    try {
      await ring.refresh()
      const replaced = ring.active().dataKeyId !== held.dataKeyId
      if (replaced || isLow(held, options)) held = await take(ring, store, options)
    } catch (error) {
      onFault(error)
    }
    lookedAt = performance.now()
    looking = undefined
  }
  return {
    next() {
      const isLate = performance.now() - lookedAt > options.lookMs
      if (isLate || isLow(held, options)) looking ??= look()
      if (held.left === 0) throw new ExhaustedError(held.dataKeyId)
      held.left -= 1
      return held
    },
    settled: async () => looking,
  }
}

function isLow({ left }: Held, { leaseSeals }: LeaseOptions): boolean {
  return left <= leaseSeals / 2
}

async function take(ring: KeyRing, store: DataKeyStore, options: LeaseOptions): Promise<Held> {
  const { leaseSeals, sealsMax } = options
  let active = ring.active()
  let reserved = await store.reserve(active.dataKeyId, leaseSeals)
  if (reserved > sealsMax) {
    await ring.replace(active.dataKeyId)
    active = ring.active()
    reserved = await store.reserve(active.dataKeyId, leaseSeals)
  }
  if (reserved > sealsEver) throw new ExhaustedError(active.dataKeyId)
  return { ...active, left: leaseSeals }
}
