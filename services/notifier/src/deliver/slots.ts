// How much may be in flight: all lanes share one pool of send slots, of which the lesser ones may not
// take the whole. A quarter is there for level 4 alone, an eighth more for level 3; retries and replays
// have a quarter together. Within it, an endpoint and an organisation have a limit of their own. A send
// that has had no answer for a while waits outside the pool: it costs a socket, and nobody its turn.

import { byLane, type Lane } from '@renkei/bell'
import { makeReceiverLoad, type Receiver, type ReceiverLoad, type Room } from './receiver-load.ts'
import { makeStallWatch, type StallWatch } from './stall-watch.ts'

export interface Slots {
  /** How many more sends the lane may start. */
  free(): number
  readonly mayTake: (receiver: Receiver) => boolean
  take(receiver: Receiver): Slot
  readonly inFlight: () => number
}

export interface Slot {
  /** To be called once, when the send has ended. */
  give(delivered: boolean): void
}

export interface SlotLimits {
  readonly slotsMax: number
  readonly endpointMax: number
  /** Of the slots of its lane, in percent. */
  readonly organisationPercent: number
  /** After how long a send without an answer gives its slot to others. */
  readonly stalledAfterMs: number
}

export interface SlotPool {
  lane(lane: Lane): Slots
  /** Subscriptions and organisations that may not be sent more just now in a lane. */
  full(lane: Lane): { subscriptions: string[]; organisations: string[] }
  /** How many wait outside the pool. */
  stalled(): number
  /** Keeps the lesser lanes to a part of the pool while urgent news is on its way; 1 ends it. */
  readonly hurry: (part: number) => void
}

// Which lanes count against each limit, and how much of the pool it leaves them.
const limits: readonly { readonly lanes: readonly Lane[]; readonly part: number }[] = [
  { lanes: ['level4', 'level3', 'level0to2', 'retry', 'replay'], part: 1 },
  { lanes: ['level3', 'level0to2', 'retry', 'replay'], part: 3 / 4 },
  { lanes: ['level0to2', 'retry', 'replay'], part: 5 / 8 },
  { lanes: ['retry', 'replay'], part: 1 / 4 },
  { lanes: ['replay'], part: 1 / 8 },
]

// Asked for at every send: worked out once.
const limitsByLane = byLane((lane) => limits.filter(({ lanes }) => lanes.includes(lane)))

// Urgent news does not wait until an endpoint has finished with what is not.
const urgentExtra = 2

/** Makes the pool of a process; `onFree` is told of slots that come free because a send has stalled. */
export function makeSlotPool(config: SlotLimits, onFree: () => void): SlotPool {
  const { slotsMax, endpointMax, organisationPercent } = config
  const counts: Counts = {
    inFlight: { level4: 0, level3: 0, level0to2: 0, retry: 0, replay: 0 },
    stalled: 0,
  }
  const load = makeReceiverLoad(endpointMax)
  const watch = makeStallWatch(config.stalledAfterMs)
  let hurriedPart = 1
  const sizeOf = (part: number) => Math.max(1, Math.floor(slotsMax * part))
  const freeOf = (lane: Lane) => {
    const rooms = limitsByLane[lane].map(({ lanes, part }) => {
      const size = sizeOf(lanes.includes('level4') ? part : Math.min(part, hurriedPart))
      return size - lanes.reduce((sum, each) => sum + counts.inFlight[each], 0)
    })
    return Math.max(0, Math.min(...rooms))
  }
  const roomOf = (lane: Lane): Room => {
    const size = sizeOf(Math.min(...limitsByLane[lane].map(({ part }) => part)))
    const organisationMax = Math.max(1, Math.floor((size * organisationPercent) / 100))
    return { organisationMax, endpointExtra: lane === 'level4' ? urgentExtra : 0 }
  }
  const parts = { counts, load, watch, stalledMax: slotsMax, onFree }
  return {
    lane(lane) {
      const room = roomOf(lane)
      return {
        free: () => freeOf(lane),
        mayTake: (receiver) => load.hasRoom(receiver, room),
        take: (receiver) => takeSlot(lane, receiver, parts),
        inFlight: () => counts.inFlight[lane],
      }
    },
    full: (lane) => load.full(roomOf(lane)),
    stalled: () => counts.stalled,
    hurry(part) {
      hurriedPart = part
    },
  }
}

interface Counts {
  readonly inFlight: Record<Lane, number>
  stalled: number
}

interface Parts {
  readonly counts: Counts
  readonly load: ReceiverLoad
  readonly watch: StallWatch
  /** So many may wait outside the pool. */
  readonly stalledMax: number
  readonly onFree: () => void
}

function takeSlot(lane: Lane, receiver: Receiver, parts: Parts): Slot {
  const { counts, load, watch, stalledMax, onFree } = parts
  let stalled = false
  load.take(receiver)
  counts.inFlight[lane] += 1
  const unwatch = watch.add(() => {
    if (counts.stalled >= stalledMax) return
    stalled = true
    counts.stalled += 1
    counts.inFlight[lane] -= 1
    load.stall(receiver)
    onFree()
  })
  return {
    give(delivered) {
      unwatch()
      load.give(receiver, { delivered, stalled })
      if (stalled) counts.stalled -= 1
      else counts.inFlight[lane] -= 1
    },
  }
}
