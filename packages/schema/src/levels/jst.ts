// Instants and calendar days in Japan. Japan has one offset, +09:00, and no daylight saving time,
// so plain arithmetic on UTC fields shifted by nine hours is exact.

const OFFSET_MS = 9 * 3_600_000
const DAY_MS = 86_400_000

/** Milliseconds since the epoch of an RFC 3339 instant. Refuses (RangeError) what is not one. */
export function parseInstant(text: string): number {
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) throw new RangeError(`not an RFC 3339 instant: ${text}`)
  return ms
}

/** The instant as RFC 3339 in Japan's time, whole seconds: `2026-01-20T10:07:00+09:00`. */
export function formatJst(ms: number): string {
  const date = new Date(ms + OFFSET_MS)
  const day = `${String(date.getUTCFullYear())}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`
  return `${day}T${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}+09:00`
}

/** The day in Japan, YYYY-MM-DD. */
export function jstDate(ms: number): string {
  return formatJst(ms).slice(0, 10)
}

/** The last second, in Japan, of the day that is `days` after the day of the instant. */
export function endOfDayAfterDays(ms: number, days: number): number {
  const startOfDay = Math.floor((ms + OFFSET_MS) / DAY_MS) * DAY_MS - OFFSET_MS
  return startOfDay + (days + 1) * DAY_MS - 1000
}

/**
 * The last second of the same day of the month `months` later, or of that month's last day when it
 * is shorter: never later than counting by 民法 143.
 */
export function endOfDayAfterMonths(ms: number, months: number): number {
  const date = new Date(ms + OFFSET_MS)
  const month = date.getUTCMonth() + months
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), month + 1, 0)).getUTCDate()
  return lastSecond(date.getUTCFullYear(), month, Math.min(date.getUTCDate(), lastDay))
}

/**
 * The same time of the same day in Japan, years later; where that year has no 29 February, the first
 * instant after the 28th.
 */
export function yearsLater(ms: number, years: number): number {
  const date = new Date(ms + OFFSET_MS)
  const month = date.getUTCMonth()
  date.setUTCFullYear(date.getUTCFullYear() + years)
  if (date.getUTCMonth() !== month) date.setUTCHours(0, 0, 0, 0)
  return date.getTime() - OFFSET_MS
}

/** The last second of the month that lies `months` after the end of the instant's calendar quarter. */
export function endOfMonthAfterQuarter(ms: number, months: number): number {
  const date = new Date(ms + OFFSET_MS)
  const lastMonthOfQuarter = Math.floor(date.getUTCMonth() / 3) * 3 + 2
  return lastSecond(date.getUTCFullYear(), lastMonthOfQuarter + months + 1, 0)
}

/** The instant, or the end of the daily pause (`HH:MM` in Japan, may span midnight) when it falls in it. */
export function afterPause(ms: number, pause: { from: string; to: string }): number {
  const startOfDay = Math.floor((ms + OFFSET_MS) / DAY_MS) * DAY_MS - OFFSET_MS
  const timeMs = ms - startOfDay
  const fromMs = timeOfDayMs(pause.from)
  const toMs = timeOfDayMs(pause.to)
  if (fromMs <= toMs) return fromMs <= timeMs && timeMs < toMs ? startOfDay + toMs : ms
  if (timeMs >= fromMs) return startOfDay + DAY_MS + toMs
  return timeMs < toMs ? startOfDay + toMs : ms
}

function two(value: number): string {
  return value < 10 ? `0${String(value)}` : String(value)
}

function timeOfDayMs(text: string): number {
  return (Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))) * 60_000
}

function lastSecond(year: number, month: number, day: number): number {
  return Date.UTC(year, month, day, 23, 59, 59) - OFFSET_MS
}
