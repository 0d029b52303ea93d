import { expect, test } from 'vitest'
import { readRetryAfter } from './retry-after.ts'

const nowMs = Date.UTC(2026, 6, 1, 0, 0, 0)
const dayMs = 86_400_000

test.each([
  ['0', 0],
  ['120', 120_000],
  ['86400', dayMs],
  ['86401', dayMs],
  ['999999999999999', dayMs],
  ['Wed, 01 Jul 2026 00:01:30 GMT', 90_000],
  ['Wednesday, 01-Jul-26 00:01:30 GMT', 90_000],
  ['Wed Jul  1 00:01:30 2026', 90_000],
  ['Tue, 30 Jun 2026 23:59:00 GMT', 0],
  ['Fri, 01 Jul 2050 00:00:00 GMT', dayMs],
])('takes %j for a wait of %i ms', (value, waitMs) => {
  expect(readRetryAfter(value, nowMs)).toBe(waitMs)
})

test.each([
  undefined,
  '',
  '-5',
  '+5',
  '1.5',
  '1e3',
  '0x10',
  '5 s',
  '５',
  'Infinity',
  'soon',
  '2026-07-01T00:01:30Z',
  'Wed, 01 Jul 2026 00:01:30',
  'Wed, 01 Jul 2026 00:01:30 +0900',
  'Wed, 99 Jul 2026 00:01:30 GMT',
  'Wed, 01 Zzz 2026 00:01:30 GMT',
  ['5', '10'],
])('ignores %j', (value) => {
  expect(readRetryAfter(value, nowMs)).toBeNull()
})
