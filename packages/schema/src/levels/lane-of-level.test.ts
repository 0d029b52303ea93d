import { expect, test } from 'vitest'
import { laneOfLevel } from './lane-of-level.ts'

test('gives levels 4 and 3 a lane each and shares one among 0 to 2', () => {
  const levels = [0, 1, 2, 3, 4] as const
  expect(levels.map(laneOfLevel)).toEqual([
    'level0to2',
    'level0to2',
    'level0to2',
    'level3',
    'level4',
  ])
})
