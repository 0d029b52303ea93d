import { expect, test } from 'vitest'
import { isHoliday } from './holidays.ts'

// As the Cabinet Office lists them (内閣府「国民の祝日」について).
const listed: Record<number, readonly string[]> = {
  2025: [
    '01-01 01-13 02-11 02-23 02-24 03-20 04-29 05-03 05-04 05-05 05-06',
    '07-21 08-11 09-15 09-23 10-13 11-03 11-23 11-24',
  ],
  2026: [
    '01-01 01-12 02-11 02-23 03-20 04-29 05-03 05-04 05-05 05-06',
    '07-20 08-11 09-21 09-22 09-23 10-12 11-03 11-23',
  ],
  2027: [
    '01-01 01-11 02-11 02-23 03-21 03-22 04-29 05-03 05-04 05-05',
    '07-19 08-11 09-20 09-23 10-11 11-03 11-23',
  ],
}

test.each(Object.entries(listed))(
  'the public holidays of %s are those that are listed',
  (year, lines) => {
    const days = Array.from({ length: 366 }, (_, index) =>
      new Date(Date.UTC(Number(year), 0, 1 + index)).toISOString().slice(0, 10),
    ).filter((day) => day.startsWith(year))
    const expected = lines.flatMap((line) => line.split(' ')).map((day) => `${year}-${day}`)
    expect(days.filter(isHoliday)).toEqual(expected)
  },
)
