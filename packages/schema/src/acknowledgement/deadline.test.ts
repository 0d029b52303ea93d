import { expect, test } from 'vitest'
import { acknowledgementDeadlineMs, escalationPauseMs } from './deadline.ts'

const minuteMs = 60_000

test.each([
  [4, 10],
  [3, 30],
  [2, 60],
])('level %i is to be acknowledged within %i minutes', (level, minutes) => {
  expect(acknowledgementDeadlineMs(level)).toBe(minutes * minuteMs)
})

test.each([0, 1])('level %i has no deadline', (level) => {
  expect(acknowledgementDeadlineMs(level)).toBeUndefined()
})

test('a further step follows after half the time again, and never sooner than two minutes', () => {
  expect([4, 3, 2].map(escalationPauseMs)).toEqual([5, 15, 30].map((m) => m * minuteMs))
  expect(escalationPauseMs(1)).toBe(2 * minuteMs)
})
