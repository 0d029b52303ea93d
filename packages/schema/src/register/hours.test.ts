import { describe, expect, test } from 'vitest'
import { answersAt, isValidAt } from './hours.ts'

const at = (iso: string) => new Date(`${iso}+09:00`)
const weekly = (days: string, from: string, until: string, onHolidays = false) => ({
  kind: 'weekly' as const,
  windows: [{ days: days.split(' ') as ('mon' | 'sun')[], from, until }],
  onHolidays,
})

describe('a contact answers', () => {
  const office = weekly('mon tue wed thu fri', '09:00', '18:00')
  test.each([
    ['2026-11-24T08:59:59.999', false],
    ['2026-11-24T09:00:00', true],
    ['2026-11-24T17:59:59.999', true],
    ['2026-11-24T18:00:00', false],
    ['2026-11-28T12:00:00', false],
  ])('in office hours at %s: %s', (iso, answers) => {
    expect(answersAt(office, at(iso))).toBe(answers)
  })

  test('on a holiday only when it says so', () => {
    const holiday = at('2026-11-23T12:00:00')
    expect(answersAt(office, holiday)).toBe(false)
    expect(answersAt(weekly('mon', '09:00', '18:00', true), holiday)).toBe(true)
  })

  test.each([
    ['2026-11-27T17:59:00', false],
    ['2026-11-27T18:00:00', true],
    ['2026-11-28T08:59:00', true],
    ['2026-11-28T09:00:00', false],
    ['2026-11-28T20:00:00', false],
  ])('through the night from Friday at %s: %s', (iso, answers) => {
    expect(answersAt(weekly('fri', '18:00', '09:00'), at(iso))).toBe(answers)
  })

  test('until the end of the day, and always', () => {
    expect(answersAt(weekly('sun', '00:00', '24:00'), at('2026-11-29T23:59:59'))).toBe(true)
    expect(answersAt(weekly('sun', '00:00', '24:00'), at('2026-11-30T00:00:00'))).toBe(false)
    expect(answersAt({ kind: 'always' }, at('2026-01-01T03:00:00'))).toBe(true)
  })
})

test('a validity holds from its first instant to the one before its last', () => {
  const validity = { from: '2026-04-01T00:00:00+09:00', until: '2027-04-01T00:00:00+09:00' }
  expect(isValidAt(validity, at('2026-03-31T23:59:59.999'))).toBe(false)
  expect(isValidAt(validity, at('2026-04-01T00:00:00'))).toBe(true)
  expect(isValidAt(validity, at('2027-04-01T00:00:00'))).toBe(false)
  expect(isValidAt(null, at('2026-04-01T00:00:00'))).toBe(true)
})
