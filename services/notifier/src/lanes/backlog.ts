// Deliveries that a lane has claimed ahead of its slots: each begins the moment a slot comes free,
// without a question to the database in between.

import type { ClaimedDelivery } from '@renkei/db'
import type { Slots } from '../deliver/slots.ts'

export interface BacklogDeps {
  readonly slots: Slots
  /** How many deliveries it holds. */
  readonly backlogMax: number
  /** Begins a delivery that has its slot. */
  readonly begin: (delivery: ClaimedDelivery) => void
  /** Told of deliveries whose endpoint has no room now. */
  readonly refuse: (deliveries: readonly ClaimedDelivery[]) => void
}

export interface Backlog {
  /** How many more deliveries it takes. */
  room(): number
  /** Resolves when half of it is free, so that one claim fills many places. */
  whenRoom(): Promise<void>
  add(deliveries: readonly ClaimedDelivery[]): void
  /** Begins what the free slots allow. */
  proceed(): void
  /** Gives what has not begun and holds nothing more. */
  empty(): ClaimedDelivery[]
}

/** Makes the backlog of a lane. */
export function makeBacklog({ slots, backlogMax, begin, refuse }: BacklogDeps): Backlog {
  let held: ClaimedDelivery[] = []
  let waiters: (() => void)[] = []
  const isHalfFree = () => held.length <= backlogMax / 2
  const proceed = () => {
    const busy: ClaimedDelivery[] = []
    while (slots.free() > 0) {
      const next = held.shift()
      if (!next) break
      if (slots.mayTake(next.subscriptionId)) {
        slots.take(next.subscriptionId)
        begin(next)
      } else busy.push(next)
    }
    if (busy.length > 0) refuse(busy)
    if (!isHalfFree()) return
    for (const wake of waiters) wake()
    waiters = []
  }
  return {
    room: () => backlogMax - held.length,
    whenRoom: async () => {
      if (!isHalfFree()) await new Promise<void>((resolve) => void waiters.push(resolve))
    },
    add(deliveries) {
      held.push(...deliveries)
      proceed()
    },
    proceed,
    empty() {
      const rest = held
      held = []
      for (const wake of waiters) wake()
      waiters = []
      return rest
    },
  }
}
