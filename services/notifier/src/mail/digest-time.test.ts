import { expect, test } from 'vitest'
import { nextDigestAt, waitsForDigest } from './digest-time.ts'

test.each([
  ['2026-05-01T00:00:01Z', 60, '2026-05-01T01:00:00.000Z'],
  ['2026-05-01T00:59:59.999Z', 60, '2026-05-01T01:00:00.000Z'],
  ['2026-05-01T01:00:00Z', 60, '2026-05-01T02:00:00.000Z'],
  ['2026-05-01T23:50:00Z', 15, '2026-05-02T00:00:00.000Z'],
])('after %s the next of every %i minutes is %s', (now, minutes, next) => {
  expect(nextDigestAt(new Date(now), minutes).toISOString()).toBe(next)
})

test.each([
  ['email', 0, 'investigating', true],
  ['email', 1, 'monitoring', true],
  ['email', 1, undefined, true],
  ['email', 2, 'investigating', false],
  ['email', 4, 'restored', false],
  ['email', 1, 'restored', false],
  ['email', 0, 'withdrawn', false],
  ['webhook', 0, 'investigating', false],
] as const)('%s, level %i, %s: waits for a digest %s', (channel, level, state, waits) => {
  expect(waitsForDigest({ channel, level, state })).toBe(waits)
})
