// How much may be in flight: all lanes share one pool of send slots, of which the lesser ones may not
// take the whole. A quarter is there for level 4 alone, an eighth more for level 3; retries and replays
// have a quarter together. Within it, an endpoint and an organisation have a limit of their own.

import type { Lane } from '@renkei/bell'

export interface Receiver {
  readonly subscriptionId: string
  readonly organisationId: string
}

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

interface EndpointLoad {
  inFlight: number
  /** How many it may be sent at a time; after a failure one, then twice as many with each success. */
  max: number
}

// Which lanes count against each limit, and how much of the pool it leaves them.
const limits: readonly { readonly lanes: readonly Lane[]; readonly part: number }[] = [
  { lanes: ['level4', 'level3', 'level0to2', 'retry', 'replay'], part: 1 },
  { lanes: ['level3', 'level0to2', 'retry', 'replay'], part: 3 / 4 },
  { lanes: ['level0to2', 'retry', 'replay'], part: 5 / 8 },
  { lanes: ['retry', 'replay'], part: 1 / 4 },
  { lanes: ['replay'], part: 1 / 8 },
]

const hurriedPart = 1 / 8
// Urgent news does not wait until an endpoint has finished with what is not.
const urgentExtra = 2

/** Makes the pool of a process. */
export function makeSlotPool({ slotsMax, endpointMax, organisationPercent }: SlotLimits): SlotPool {
  const inFlight: Record<Lane, number> = { level4: 0, level3: 0, level0to2: 0, retry: 0, replay: 0 }
  const endpoints = new Map<string, EndpointLoad>()
  const organisations = new Map<string, number>()
  let hurried = false
  const sizeOf = (part: number) => Math.max(1, Math.floor(slotsMax * part))
  const freeOf = (lane: Lane) => {
    const rooms = limits
      .filter(({ lanes }) => lanes.includes(lane))
      .map(({ lanes, part }) => {
        const size = sizeOf(hurried && !lanes.includes('level4') ? hurriedPart : part)
        return size - lanes.reduce((sum, each) => sum + inFlight[each], 0)
      })
    return Math.max(0, Math.min(...rooms))
  }
  const organisationMax = (lane: Lane) => {
    const part = Math.min(...limits.filter((l) => l.lanes.includes(lane)).map((l) => l.part))
    return Math.max(1, Math.floor((sizeOf(part) * organisationPercent) / 100))
  }
  const isFull = (load: EndpointLoad, lane: Lane) =>
    load.inFlight >= load.max + (lane === 'level4' ? urgentExtra : 0)
  const mayTake = (lane: Lane, { subscriptionId, organisationId }: Receiver) => {
    const load = endpoints.get(subscriptionId)
    if (load && isFull(load, lane)) return false
    return (organisations.get(organisationId) ?? 0) < organisationMax(lane)
  }
  const take = (lane: Lane, { subscriptionId, organisationId }: Receiver) => {
    const load = endpoints.get(subscriptionId) ?? { inFlight: 0, max: endpointMax }
    load.inFlight += 1
    endpoints.set(subscriptionId, load)
    organisations.set(organisationId, (organisations.get(organisationId) ?? 0) + 1)
    inFlight[lane] += 1
  }
  const give = (lane: Lane, { subscriptionId, organisationId }: Receiver, delivered: boolean) => {
    const load = endpoints.get(subscriptionId)
    if (load) {
      load.inFlight -= 1
      load.max = delivered ? Math.min(endpointMax, load.max * 2) : 1
      // Healthy and idle is the default: nothing to remember.
      if (load.inFlight === 0 && load.max === endpointMax) endpoints.delete(subscriptionId)
    }
    const left = (organisations.get(organisationId) ?? 1) - 1
    if (left > 0) organisations.set(organisationId, left)
    else organisations.delete(organisationId)
    inFlight[lane] -= 1
  }
  return {
    lane: (lane) => ({
      free: () => freeOf(lane),
      mayTake: (receiver) => mayTake(lane, receiver),
      take: (receiver) => take(lane, receiver),
      give: (receiver, delivered) => give(lane, receiver, delivered),
      inFlight: () => inFlight[lane],
    }),
    full: (lane) => ({
      subscriptions: [...endpoints].filter(([, load]) => isFull(load, lane)).map(([id]) => id),
      organisations: [...organisations]
        .filter(([, count]) => count >= organisationMax(lane))
        .map(([id]) => id),
    }),
    hurry(on) {
      hurried = on
    },
  }
}
