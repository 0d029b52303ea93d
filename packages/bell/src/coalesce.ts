// Turns any number of rings into as few bells as tell the same: per lane the first goes at once, and
// while it is on its way and shortly after, one more is remembered. What an outage keeps from being
// rung stays remembered until it is over.

import { type Lane, lanes } from './lanes.ts'

export interface RingCounters {
  /** Calls of `ring`. */
  rung: number
  /** Calls that needed no bell of their own, because one still to be sent says the same. */
  coalesced: number
  /** Bells that the store refused or did not take in time; each is tried again later. */
  failed: number
}

export type AddBell = (lane: Lane) => Promise<void>

export interface RingCoalescer {
  readonly counters: RingCounters
  /** Never throws and never waits. */
  ring(lane: Lane): void
  /** Names the way to the store; `undefined` while there is none. A failed add ends its use. */
  use(add: AddBell | undefined): void
  /** Resolves once no bell is on its way or about to be. */
  settled(): Promise<void>
}

/**
 * Makes the coalescer of one process; nothing leaves it before `use` names a way. After each bell a
 * lane waits for `rest`: who hears the first of many is busy with that lane anyway.
 */
export function coalesceRings(rest: () => Promise<void>): RingCoalescer {
  const counters = { rung: 0, coalesced: 0, failed: 0 }
  const wanted = new Set<Lane>()
  const sending = new Map<Lane, Promise<void>>()
  let current: AddBell | undefined

  function ring(lane: Lane): void {
    counters.rung += 1
    if (wanted.has(lane)) counters.coalesced += 1
    wanted.add(lane)
    send(lane)
  }

  function send(lane: Lane): void {
    if (current === undefined || sending.has(lane) || !wanted.delete(lane)) return
    sending.set(lane, deliver(lane, current))
  }

  async function deliver(lane: Lane, add: AddBell): Promise<void> {
    try {
      await add(lane)
    } catch {
      counters.failed += 1
      wanted.add(lane)
      if (current === add) current = undefined
    }
    await rest()
    sending.delete(lane)
    send(lane)
  }

  function use(add: AddBell | undefined): void {
    current = add
    for (const lane of lanes) send(lane)
  }

  async function settled(): Promise<void> {
    while (sending.size > 0) await Promise.all(sending.values())
  }

  return { counters, ring, use, settled }
}
