import { expect, test } from 'vitest'
import { laneOfLevel, lanes } from './lanes.ts'

test('gives levels 4 and 3 a lane each, shares one among 0 to 2, and keeps first tries out of retry', () => {
  const levels = [0, 1, 2, 3, 4] as const
  expect(levels.map(laneOfLevel)).toEqual([
    'level0to2',
    'level0to2',
    'level0to2',
    'level3',
    'level4',
  ])
})

test('names the most urgent lane first', () => {
  expect(lanes[0]).toBe('level4')
  expect(new Set(lanes).size).toBe(lanes.length)
})
