// Levels become lanes of the delivery: what is more urgent never stands behind what is less.

import type { LevelValue } from '../generated/report.gen.ts'

/** A lane in which first tries travel. */
export type LaneOfLevel = 'level0to2' | 'level3' | 'level4'

const laneByLevel = ['level0to2', 'level0to2', 'level0to2', 'level3', 'level4'] as const

/** Gives the lane in which the first tries of an event of this level travel. */
export function laneOfLevel(level: LevelValue): LaneOfLevel {
  return laneByLevel[level]
}
