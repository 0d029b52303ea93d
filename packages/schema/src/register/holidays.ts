// Public holidays of Japan by the law on them (国民の祝日に関する法律, as in force since 2023), for
// hours of contacts. The two equinoxes are set by the Cabinet each February; they are computed here
// by the usual approximation, good until 2099. Special laws for single years are not foreseen.

import { jstDate } from '../levels/jst.ts'

const dayMs = 86_400_000

/** True for a public holiday, with days in lieu (振替休日) and days between two (国民の休日). */
export function isHoliday(date: string): boolean {
  const year = Number(date.slice(0, 4))
  let days = byYear.get(year)
  if (!days) byYear.set(year, (days = holidaysOf(year)))
  return days.has(date)
}

const byYear = new Map<number, ReadonlySet<string>>()

function holidaysOf(year: number): ReadonlySet<string> {
  const own = new Set([
    ...fixed.map((day) => `${year}-${day}`),
    ...mondays.map(([month, week]) => mondayOf(year, month, week)),
    `${year}-03-${equinox(year, 20.8431)}`,
    `${year}-09-${equinox(year, 23.2488)}`,
  ])
  const inLieu = [...own].filter((day) => weekdayOf(day) === 0).map((day) => nextFree(day, own))
  const between = [...own]
    .map((day) => shift(day, 1))
    .filter((day) => !own.has(day) && weekdayOf(day) !== 0 && own.has(shift(day, 1)))
  return new Set([...own, ...inLieu, ...between])
}

const fixed = [
  '01-01',
  '02-11',
  '02-23',
  '04-29',
  '05-03',
  '05-04',
  '05-05',
  '08-11',
  '11-03',
  '11-23',
] as const

/** Month and which Monday of it. */
const mondays = [
  [1, 2],
  [7, 3],
  [9, 3],
  [10, 2],
] as const

function mondayOf(year: number, month: number, week: number): string {
  const first = `${year}-${String(month).padStart(2, '0')}-01`
  return shift(first, ((8 - weekdayOf(first)) % 7) + (week - 1) * 7)
}

function equinox(year: number, base: number): string {
  const since = year - 1980
  return String(Math.floor(base + 0.242194 * since) - Math.floor(since / 4))
}

function nextFree(day: string, taken: ReadonlySet<string>): string {
  let next = shift(day, 1)
  while (taken.has(next)) next = shift(next, 1)
  return next
}

function weekdayOf(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay()
}

function shift(day: string, days: number): string {
  return jstDate(Date.parse(`${day}T00:00:00+09:00`) + days * dayMs)
}
