import { describe, expect, test } from 'vitest'
import { confirmationBounds, confirmationDueAt, confirmationOf } from './confirmation.ts'

// 90 days from here lie across the end of the year.
const confirmedAt = new Date('2026-11-20T10:00:00+09:00')
const at = (iso: string) => confirmationOf(confirmedAt, new Date(iso), 90)

describe('a confirmation', () => {
  test('falls due 90 days later to the second, across the end of a year', () => {
    expect(confirmationDueAt(confirmedAt, 90)).toEqual(new Date('2027-02-18T10:00:00+09:00'))
    expect(at('2027-02-18T09:59:59.999+09:00')).toEqual({
      state: 'confirmed',
      ageDays: 89,
      dueAt: '2027-02-18T10:00:00+09:00',
    })
    expect(at('2027-02-18T10:00:00+09:00')).toMatchObject({ state: 'due', ageDays: 90 })
  })

  test('counts 29 February', () => {
    const leap = new Date('2027-12-01T00:00:00Z')
    expect(confirmationDueAt(leap, 90)).toEqual(new Date('2028-02-29T00:00:00Z'))
    expect(confirmationDueAt(leap, 91)).toEqual(new Date('2028-03-01T00:00:00Z'))
  })

  test('is overdue from the instant of the last request, 14 days after it fell due', () => {
    expect(at('2027-03-04T09:59:59.999+09:00').state).toBe('due')
    expect(at('2027-03-04T10:00:00+09:00')).toMatchObject({ state: 'overdue', ageDays: 104 })
  })

  test('changes its state at the bounds by which the register is searched', () => {
    const now = new Date('2027-03-04T10:00:00+09:00')
    const { dueFrom, overdueFrom } = confirmationBounds(now, 90)
    const later = (instant: Date) => new Date(instant.getTime() + 1)
    const stateOf = (confirmed: Date) => confirmationOf(confirmed, now, 90).state
    expect([stateOf(later(dueFrom)), stateOf(dueFrom)]).toEqual(['confirmed', 'due'])
    expect([stateOf(later(overdueFrom)), stateOf(overdueFrom)]).toEqual(['due', 'overdue'])
  })

  test('is new at the moment in which it is made, and by a clock that is behind', () => {
    expect(at('2026-11-20T10:00:00+09:00')).toMatchObject({ state: 'confirmed', ageDays: 0 })
    expect(at('2026-11-20T09:00:00+09:00')).toMatchObject({ state: 'confirmed', ageDays: 0 })
  })
})
