// What the demo watches of a peer, whichever way it hears.

export interface Sighting {
  readonly eventId: string
  readonly cursor: string
  readonly previous: string
  /** On the clock of performance.now(). */
  readonly receivedAt: number
}

export interface DemoPeer {
  readonly name: string
  /** Events in the order of their first arrival. */
  readonly sightings: readonly Sighting[]
  /** What was wrong with what came: a bad signature, a gap, a repeat. */
  readonly faults: readonly string[]
  readonly stop: () => Promise<void>
}
