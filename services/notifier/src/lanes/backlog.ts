// Deliveries that a lane has claimed ahead of its slots: each begins the moment a slot comes free,
// without a question to the database in between. What does not begin soon goes back: others may
// have room for it, and what was read of it at the claim grows old.

import type { ClaimedDelivery } from '@renkei/db'
import type { Slot, Slots } from '../deliver/slots.ts'

export interface BacklogDeps {
  readonly slots: Slots
  /** How many deliveries it holds at most. */
  readonly backlogMax: number
  /** Begins a delivery that has its slot. */
  readonly begin: (delivery: ClaimedDelivery, slot: Slot) => void
  /** Told of deliveries whose endpoint has no room now. */
  readonly refuse: (deliveries: readonly ClaimedDelivery[]) => void
  /** Told of deliveries that found no slot in time. */
  readonly putBack: (deliveries: readonly ClaimedDelivery[]) => void
}

export interface Backlog {
  /** How many more deliveries it takes: those for free slots, and as many ahead as it can use. */
  room(): number
  /** True when half of it is free, so that one claim fills many places. */
  isReady(): boolean
  /** Resolves when it is ready, or at the next `interrupt`. */
  whenReady(): Promise<void>
  interrupt(): void
  add(deliveries: readonly ClaimedDelivery[]): void
  /** Begins what the free slots allow. */
  proceed(): void
  /** Gives what has not begun and holds nothing more. */
  empty(): ClaimedDelivery[]
}

interface Held {
  readonly delivery: ClaimedDelivery
  readonly sinceMs: number
}

const heldMsMax = 200

/** Makes the backlog of a lane. */
export function makeBacklog(deps: BacklogDeps): Backlog {
  const { slots, backlogMax } = deps
  const gate = makeGate()
  let held: Held[] = []
  let ahead = backlogMax
  let timer: NodeJS.Timeout | undefined
  const room = () => Math.min(backlogMax, slots.free() + ahead) - held.length
  const isReady = () => room() > 0 && held.length <= ahead / 2
  // Twice as many are claimed ahead as long as all begin in time, half as many when some do not.
  const adapt = (inTime: boolean) => {
    ahead = inTime ? Math.min(backlogMax, Math.max(1, ahead * 2)) : Math.floor(ahead / 2)
  }
  const settle = () => {
    const [oldest] = held
    if (oldest) timer ??= setTimeout(look, oldest.sinceMs + heldMsMax - performance.now())
    if (isReady()) gate.open()
  }
  const look = () => {
    timer = undefined
    const late = held.filter(({ sinceMs }) => performance.now() - sinceMs >= heldMsMax - 1)
    held = held.slice(late.length)
    adapt(late.length === 0)
    if (late.length > 0) deps.putBack(late.map(({ delivery }) => delivery))
    settle()
  }
  const proceed = () => {
    beginSome(held, deps)
    settle()
  }
  const empty = () => {
    clearTimeout(timer)
    timer = undefined
    const rest = held.map(({ delivery }) => delivery)
    held = []
    gate.open()
    return rest
  }
  return {
    room,
    isReady,
    whenReady: async () => {
      if (!isReady()) await gate.wait()
    },
    interrupt: () => gate.open(),
    add(deliveries) {
      const sinceMs = performance.now()
      held.push(...deliveries.map((delivery) => ({ delivery, sinceMs })))
      proceed()
      if (deliveries.length > 0 && held.length === 0) adapt(true)
    },
    proceed,
    empty,
  }
}

function beginSome(held: Held[], { slots, begin, refuse }: BacklogDeps): void {
  const busy: ClaimedDelivery[] = []
  while (slots.free() > 0) {
    const next = held.shift()?.delivery
    if (!next) break
    if (slots.mayTake(next)) {
      begin(next, slots.take(next))
    } else busy.push(next)
  }
  if (busy.length > 0) refuse(busy)
}

function makeGate() {
  let waiters: (() => void)[] = []
  return {
    wait: () => new Promise<void>((resolve) => void waiters.push(resolve)),
    open() {
      for (const waiter of waiters) waiter()
      waiters = []
    },
  }
}
