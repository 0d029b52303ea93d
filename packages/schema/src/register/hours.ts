// Whether a contact answers at an instant: within its validity, and within its hours in Japan.

import type { ContactHours, ContactValidity, ContactWindow } from '../generated/contact.gen.ts'
import { jstDate } from '../levels/jst.ts'
import { isHoliday } from './holidays.ts'

const dayMs = 86_400_000
const jstOffsetMs = 9 * 3_600_000
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

/** True when a contact may be used at an instant: `from` is the first, `until` the first it is not. */
export function isValidAt(validity: ContactValidity | null | undefined, at: Date): boolean {
  const { from, until } = validity ?? {}
  if (from !== undefined && at.getTime() < Date.parse(from)) return false
  return until === undefined || at.getTime() < Date.parse(until)
}

/**
 * True when a contact answers at an instant. A window that ends before it begins goes on into the next
 * day; it is the day of its beginning that is a weekday or a holiday.
 */
export function answersAt(hours: ContactHours, at: Date): boolean {
  if (hours.kind === 'always') return true
  const yesterday = new Date(at.getTime() - dayMs)
  const minute = minuteOfDay(at)
  return (hours.windows ?? []).some((window) => {
    const from = toMinutes(window.from)
    const until = toMinutes(window.until)
    const beginsOn = (day: Date) => isDayOf(window, hours, day)
    if (from < until) return beginsOn(at) && from <= minute && minute < until
    return (beginsOn(at) && from <= minute) || (beginsOn(yesterday) && minute < until)
  })
}

function isDayOf({ days }: ContactWindow, { onHolidays = false }: ContactHours, day: Date) {
  const weekday = weekdays[new Date(day.getTime() + jstOffsetMs).getUTCDay()]
  if (weekday === undefined || !days.includes(weekday)) return false
  return onHolidays || !isHoliday(jstDate(day.getTime()))
}

function minuteOfDay(at: Date): number {
  return Math.floor(((at.getTime() + jstOffsetMs) % dayMs) / 60_000)
}

function toMinutes(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  return hour * 60 + minute
}
