// How much may be in flight: all lanes share one pool of send slots, of which the lesser ones may not
// take the whole. A quarter is there for level 4 alone, an eighth more for level 3; retries and replays
// have a quarter together. Within it, an endpoint and an organisation have a limit of their own.

import { byLane, type Lane } from '@renkei/bell'
import { makeReceiverLoad, type Receiver, type Room } from './receiver-load.ts'

export interface Slots {
  /** How many more sends the lane may start. */
  free(): number
  readonly mayTake: (receiver: Receiver) => boolean
  take(receiver: Receiver): void
  give(receiver: Receiver, delivered: boolean): void
  readonly inFlight: () => number
}

export interface SlotLimits {
  readonly slotsMax: number
  readonly endpointMax: number
  /** Of the slots of its lane, in percent. */
  readonly organisationPercent: number
}

export interface SlotPool {
  lane(lane: Lane): Slots
  /** Subscriptions and organisations that may not be sent more just now in a lane. */
  full(lane: Lane): { subscriptions: string[]; organisations: string[] }
  /** Keeps the lesser lanes small while urgent news is on its way. */
  readonly hurry: (on: boolean) => void
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

const hurriedPart = 1 / 8
// Urgent news does not wait until an endpoint has finished with what is not.
const urgentExtra = 2

/** Makes the pool of a process. */
export function makeSlotPool({ slotsMax, endpointMax, organisationPercent }: SlotLimits): SlotPool {
  const inFlight: Record<Lane, number> = { level4: 0, level3: 0, level0to2: 0, retry: 0, replay: 0 }
  const load = makeReceiverLoad(endpointMax)
  let hurried = false
  const sizeOf = (part: number) => Math.max(1, Math.floor(slotsMax * part))
  const freeOf = (lane: Lane) => {
    const rooms = limitsByLane[lane].map(({ lanes, part }) => {
      const size = sizeOf(hurried && !lanes.includes('level4') ? hurriedPart : part)
      return size - lanes.reduce((sum, each) => sum + inFlight[each], 0)
    })
    return Math.max(0, Math.min(...rooms))
  }
  const roomOf = (lane: Lane): Room => {
    const size = sizeOf(Math.min(...limitsByLane[lane].map(({ part }) => part)))
    const organisationMax = Math.max(1, Math.floor((size * organisationPercent) / 100))
    return { organisationMax, endpointExtra: lane === 'level4' ? urgentExtra : 0 }
  }
  return {
    lane(lane) {
      const room = roomOf(lane)
      return {
        free: () => freeOf(lane),
        mayTake: (receiver) => load.hasRoom(receiver, room),
        take(receiver) {
          load.take(receiver)
          inFlight[lane] += 1
        },
        give(receiver, delivered) {
          load.give(receiver, delivered)
          inFlight[lane] -= 1
        },
        inFlight: () => inFlight[lane],
      }
    },
    full: (lane) => load.full(roomOf(lane)),
    hurry(on) {
      hurried = on
    },
  }
}
