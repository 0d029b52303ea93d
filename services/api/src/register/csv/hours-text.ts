// Hours in one cell: "24/7", or windows with semicolons between and the word "holidays" at the end
// when they hold on public holidays too: "mon-fri 09:00-18:00; sat 09:00-12:00; holidays".

import type { ContactHours, ContactWindow, Weekday } from '@renkei/schema'

/** What a cell must look like. */
export const hoursForm =
  '24/7, or windows such as mon-fri 09:00-18:00; sat 09:00-12:00 with ; holidays when they hold on public holidays too'

/** Writes hours for a cell. */
export function writeHours(hours: ContactHours): string {
  if (hours.kind === 'always') return '24/7'
  const windows = (hours.windows ?? []).map(
    ({ days, from, until }) => `${days.join(',')} ${from}-${until}`,
  )
  return [...windows, ...(hours.onHolidays ? ['holidays'] : [])].join('; ')
}

/** Reads hours from a cell; gives nothing when it has another form. Times are left to the contract. */
export function readHours(cell: string): ContactHours | undefined {
  const text = cell.trim().toLowerCase()
  if (text === '24/7') return { kind: 'always' }
  const parts = text.split(';').map((part) => part.trim())
  const onHolidays = parts.at(-1) === 'holidays'
  const windows = (onHolidays ? parts.slice(0, -1) : parts).map(readWindow)
  if (windows.length === 0 || !windows.every((window) => window !== undefined)) return undefined
  return { kind: 'weekly', windows, onHolidays }
}

const week: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

function readWindow(text: string): ContactWindow | undefined {
  const [, list = '', from, until] = /^([a-z,\s-]+) (\d\d:\d\d)-(\d\d:\d\d)$/.exec(text) ?? []
  if (from === undefined || until === undefined) return undefined
  const days = list.split(',').map((part) => readDays(part.trim()))
  if (!days.every((some) => some !== undefined)) return undefined
  return { days: days.flat(), from, until }
}

// "fri-mon" goes over the end of the week.
function readDays(text: string): Weekday[] | undefined {
  const [first = '', last = first, ...rest] = text.split('-').map((day) => day.trim())
  const from = week.indexOf(first as Weekday)
  const until = week.indexOf(last as Weekday)
  if (from < 0 || until < 0 || rest.length > 0) return undefined
  const twice = [...week, ...week]
  return twice.slice(from, (until < from ? until + week.length : until) + 1)
}
