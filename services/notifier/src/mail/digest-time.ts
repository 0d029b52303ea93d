// When digests go out: at whole intervals of the clock, such as every hour on the hour.

import type { Subscription } from '@renkei/db'

const minuteMs = 60_000

/** The next whole interval after an instant; on one, the one after it. */
export function nextDigestAt(now: Date, everyMinutes: number): Date {
  const everyMs = everyMinutes * minuteMs
  return new Date((Math.floor(now.getTime() / everyMs) + 1) * everyMs)
}

export interface ToPlace {
  /** The highest level that the report has had. */
  readonly level: number
  readonly channel: Subscription['channel']
  /** Where the incident stands by this event; nothing for a notice. */
  readonly state: unknown
}

const allClear: readonly unknown[] = ['restored', 'closed', 'withdrawn', 'completed', 'cancelled']

/** Whether a delivery may wait for a digest: mails of levels 0 and 1, unless they give the all-clear. */
export function waitsForDigest({ level, channel, state }: ToPlace): boolean {
  return channel === 'email' && level <= 1 && !allClear.includes(state)
}
