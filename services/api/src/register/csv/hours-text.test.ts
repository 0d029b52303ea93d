import type { ContactHours } from '@renkei/schema'
import { describe, expect, test } from 'vitest'
import { readHours, writeHours } from './hours-text.ts'

const office: ContactHours = {
  kind: 'weekly',
  windows: [
    { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', until: '18:00' },
    { days: ['sat'], from: '22:00', until: '06:00' },
  ],
  onHolidays: true,
}

test.each([[{ kind: 'always' }], [office], [{ ...office, onHolidays: false }]] as [ContactHours][])(
  'hours are read as they were written: %j',
  (hours) => {
    expect(readHours(writeHours(hours))).toEqual(hours)
  },
)

describe('a range of days', () => {
  test.each([
    ['mon-fri 09:00-18:00', ['mon', 'tue', 'wed', 'thu', 'fri']],
    ['Fri-Mon 09:00-18:00', ['fri', 'sat', 'sun', 'mon']],
    ['mon, wed-thu 09:00-18:00', ['mon', 'wed', 'thu']],
    ['sun 09:00-18:00', ['sun']],
  ])('%s', (text, days) => {
    expect(readHours(text)).toMatchObject({ windows: [{ days }], onHolidays: false })
  })
})

test.each([
  '',
  '24',
  'always',
  'holidays',
  'mon',
  'mon 9-18',
  'mon-fri-sat 09:00-18:00',
  'mon- 09:00-18:00',
  '月-金 09:00-18:00',
])('%j is no hours', (text) => {
  expect(readHours(text)).toBeUndefined()
})
