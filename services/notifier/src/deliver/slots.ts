// How much may be in flight: so many sends in each lane, and so many to each endpoint. An endpoint
// whose last answer was a failure gets one at a time until it answers again, so a dead one holds a
// single slot.

export interface Slots {
  /** How many more sends a lane may start. */
  free(): number
  readonly mayTake: (subscriptionId: string) => boolean
  /** Endpoints that may not be sent more just now. */
  full(): string[]
  take(subscriptionId: string): void
  give(subscriptionId: string, delivered: boolean): void
  readonly inFlight: () => number
}

export interface EndpointLoad {
  inFlight: number
  sick: boolean
}

/** Makes the slots of a lane; `endpoints` is shared by all lanes of a process. */
export function makeSlots(
  laneMax: number,
  endpointMax: number,
  endpoints: Map<string, EndpointLoad>,
): Slots {
  let inFlight = 0
  const isFull = (load: EndpointLoad) => load.inFlight >= (load.sick ? 1 : endpointMax)
  return {
    free: () => laneMax - inFlight,
    mayTake(subscriptionId) {
      const load = endpoints.get(subscriptionId)
      return !load || !isFull(load)
    },
    full: () => [...endpoints].filter(([, load]) => isFull(load)).map(([id]) => id),
    take(subscriptionId) {
      const load = endpoints.get(subscriptionId) ?? { inFlight: 0, sick: false }
      load.inFlight += 1
      endpoints.set(subscriptionId, load)
      inFlight += 1
    },
    give(subscriptionId, delivered) {
      const load = endpoints.get(subscriptionId)
      if (load) {
        load.inFlight -= 1
        load.sick = !delivered
        // Healthy and idle is the default: nothing to remember.
        if (load.inFlight === 0 && !load.sick) endpoints.delete(subscriptionId)
      }
      inFlight -= 1
    },
    inFlight: () => inFlight,
  }
}
