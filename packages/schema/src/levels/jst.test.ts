import { describe, expect, it } from 'vitest'
import {
  afterPause,
  endOfDayAfterDays,
  endOfDayAfterMonths,
  endOfMonthAfterQuarter,
  formatJst,
  jstDate,
  parseInstant,
} from './jst.ts'

const at = (text: string) => parseInstant(text)

describe('instants in Japan', () => {
  it.each([
    ['2026-01-20T10:07:00+09:00', '2026-01-20T10:07:00+09:00'],
    ['2025-12-31T15:00:00Z', '2026-01-01T00:00:00+09:00'],
    ['2025-12-31T14:59:59.999Z', '2025-12-31T23:59:59+09:00'],
    ['2026-01-01T00:30:00+14:00', '2025-12-31T19:30:00+09:00'],
    ['2024-02-29T00:00:00-23:59', '2024-03-01T08:59:00+09:00'],
  ])('%s is written as %s', (text, written) => {
    expect(formatJst(at(text))).toBe(written)
    expect(jstDate(at(text))).toBe(written.slice(0, 10))
  })

  it('refuses what is not an instant', () => {
    expect(() => parseInstant('yesterday')).toThrow(RangeError)
  })
})

describe('days and months end at 23:59:59 in Japan', () => {
  it.each([
    ['2026-01-20T10:07:00+09:00', 30, '2026-02-19'],
    ['2026-01-20T23:59:59+09:00', 30, '2026-02-19'],
    ['2026-01-20T15:00:00Z', 30, '2026-02-20'],
    ['2026-12-15T00:00:00+09:00', 30, '2027-01-14'],
    ['2028-01-30T12:00:00+09:00', 30, '2028-02-29'],
    ['2027-01-30T12:00:00+09:00', 30, '2027-03-01'],
    ['2028-03-01T12:00:00+09:00', -10, '2028-02-20'],
  ])('%s and %i days is %s', (from, days, day) => {
    expect(formatJst(endOfDayAfterDays(at(from), days))).toBe(`${day}T23:59:59+09:00`)
  })

  it.each([
    ['2026-01-20T10:00:00+09:00', '2026-04-20'],
    ['2026-01-31T10:00:00+09:00', '2026-04-30'],
    ['2026-11-30T10:00:00+09:00', '2027-02-28'],
    ['2027-11-30T10:00:00+09:00', '2028-02-29'],
    ['2026-11-30T15:00:00Z', '2027-03-01'],
    ['2028-02-29T10:00:00+09:00', '2028-05-29'],
  ])('%s and three months is %s', (from, day) => {
    expect(formatJst(endOfDayAfterMonths(at(from), 3))).toBe(`${day}T23:59:59+09:00`)
  })

  it.each([
    ['2026-01-01T00:00:00+09:00', '2026-05-31'],
    ['2026-03-31T23:59:59+09:00', '2026-05-31'],
    ['2026-04-01T00:00:00+09:00', '2026-08-31'],
    ['2026-03-31T15:00:00Z', '2026-08-31'],
    ['2026-09-30T12:00:00+09:00', '2026-11-30'],
    ['2026-10-01T12:00:00+09:00', '2027-02-28'],
    ['2027-12-31T23:00:00+09:00', '2028-02-29'],
  ])('two months after the quarter of %s is %s', (from, day) => {
    expect(formatJst(endOfMonthAfterQuarter(at(from), 2))).toBe(`${day}T23:59:59+09:00`)
  })
})

describe('a daily pause', () => {
  const night = { from: '22:00', to: '06:00' }
  it.each([
    ['2026-12-31T21:59:59+09:00', '2026-12-31T21:59:59+09:00'],
    ['2026-12-31T22:00:00+09:00', '2027-01-01T06:00:00+09:00'],
    ['2027-01-01T05:59:59+09:00', '2027-01-01T06:00:00+09:00'],
    ['2027-01-01T06:00:00+09:00', '2027-01-01T06:00:00+09:00'],
  ])('moves %s to %s', (from, to) => {
    expect(formatJst(afterPause(at(from), night))).toBe(to)
  })

  it('within one day moves only what falls in it', () => {
    const noon = { from: '12:00', to: '13:00' }
    expect(formatJst(afterPause(at('2026-01-01T12:30:00+09:00'), noon))).toBe(
      '2026-01-01T13:00:00+09:00',
    )
    expect(formatJst(afterPause(at('2026-01-01T13:00:00+09:00'), noon))).toBe(
      '2026-01-01T13:00:00+09:00',
    )
  })
})
