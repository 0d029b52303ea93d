import { expect, test } from 'vitest'
import { fakeClock } from './clock.ts'

test('shows the same time until advanced by exactly so much', () => {
  const clock = fakeClock('2026-11-22T12:00:00+09:00')
  const before = clock.now()
  clock.advance(1_500)
  expect(before.toISOString()).toBe('2026-11-22T03:00:00.000Z')
  expect(clock.now().toISOString()).toBe('2026-11-22T03:00:01.500Z')
  clock.set('2026-11-22T04:00:00Z')
  expect(clock.now().toISOString()).toBe('2026-11-22T04:00:00.000Z')
})

test('refuses to go back, and what is not a time', () => {
  const clock = fakeClock('2026-11-22T12:00:00Z')
  expect(() => clock.advance(-1)).toThrow('does not go back')
  expect(() => clock.advance(Number.NaN)).toThrow('does not go back')
  expect(() => clock.set('2026-11-22T11:59:59Z')).toThrow('does not go back')
  expect(() => fakeClock('soon')).toThrow('Not a time: soon')
})
