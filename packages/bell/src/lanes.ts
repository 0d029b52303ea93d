// The lanes of the delivery job. A lane has its own queue, its own listener and its own places, so
// that a report of level 4 never stands behind lesser work.

/** All lanes, the most urgent first. */
export const lanes = ['level4', 'level3', 'level0to2', 'retry', 'replay'] as const

export type Lane = (typeof lanes)[number]

/** Makes one thing for each lane. */
export function byLane<T>(make: (lane: Lane) => T): Record<Lane, T> {
  return Object.fromEntries(lanes.map((lane) => [lane, make(lane)])) as Record<Lane, T>
}
