// How much is on its way to each endpoint and to each organisation. An endpoint whose last answer was
// a failure gets one at a time; with each success twice as many again.

export interface Receiver {
  readonly subscriptionId: string
  readonly organisationId: string
}

export interface ReceiverLoad {
  hasRoom(receiver: Receiver, room: Room): boolean
  take(receiver: Receiver): void
  /** One of its sends has had no answer for a while: it counts for its endpoint only, which gets no more. */
  stall(receiver: Receiver): void
  give(receiver: Receiver, end: { readonly delivered: boolean; readonly stalled: boolean }): void
  /** Subscriptions and organisations without room. */
  full(room: Room): { subscriptions: string[]; organisations: string[] }
}

export interface Room {
  /** How many more than usual an endpoint may have. */
  readonly endpointExtra: number
  readonly organisationMax: number
}

interface EndpointLoad {
  inFlight: number
  stalled: number
  /** How many it may be sent at a time. */
  max: number
}

/** Makes the load of a process; `endpointMax` is what a healthy endpoint may have at a time. */
export function makeReceiverLoad(endpointMax: number): ReceiverLoad {
  const endpoints = new Map<string, EndpointLoad>()
  const organisations = new Map<string, number>()
  const isFull = (load: EndpointLoad, { endpointExtra }: Room) =>
    load.inFlight >= (load.stalled > 0 ? 1 : load.max) + endpointExtra
  const leave = (organisationId: string) => {
    const left = (organisations.get(organisationId) ?? 1) - 1
    if (left > 0) organisations.set(organisationId, left)
    else organisations.delete(organisationId)
  }
  return {
    hasRoom({ subscriptionId, organisationId }, room) {
      const load = endpoints.get(subscriptionId)
      if (load && isFull(load, room)) return false
      return (organisations.get(organisationId) ?? 0) < room.organisationMax
    },
    take({ subscriptionId, organisationId }) {
      const load = endpoints.get(subscriptionId) ?? { inFlight: 0, stalled: 0, max: endpointMax }
      load.inFlight += 1
      endpoints.set(subscriptionId, load)
      organisations.set(organisationId, (organisations.get(organisationId) ?? 0) + 1)
    },
    stall({ subscriptionId, organisationId }) {
      const load = endpoints.get(subscriptionId)
      if (load) load.stalled += 1
      leave(organisationId)
    },
    give({ subscriptionId, organisationId }, { delivered, stalled }) {
      const load = endpoints.get(subscriptionId)
      if (load) {
        load.inFlight -= 1
        if (stalled) load.stalled -= 1
        load.max = delivered ? Math.min(endpointMax, load.max * 2) : 1
        // Healthy and idle is the default: nothing to remember.
        if (load.inFlight === 0 && load.max === endpointMax) endpoints.delete(subscriptionId)
      }
      if (!stalled) leave(organisationId)
    },
    full: (room) => ({
      subscriptions: [...endpoints].filter(([, load]) => isFull(load, room)).map(([id]) => id),
      organisations: [...organisations]
        .filter(([, count]) => count >= room.organisationMax)
        .map(([id]) => id),
    }),
  }
}
