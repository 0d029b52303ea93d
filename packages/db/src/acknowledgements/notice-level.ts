// How urgent the notices about acknowledgements are: one report makes one or two for each receiver.

import type { LevelValue } from '@renkei/schema'

const levelMax = 2

/** Gives the level of a notice about a report: what many say, or do not, goes behind every crisis. */
export function noticeLevelOf(level: number): LevelValue {
  return Math.min(level, levelMax) as LevelValue
}
