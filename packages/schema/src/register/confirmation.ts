// How far the last confirmation of a contact can be relied on, and when its organisation is asked.
// Days are of 24 hours: no calendar, no year and no time zone changes them.

import type { ContactConfirmation } from '../generated/contact.gen.ts'
import { formatJst } from '../levels/jst.ts'

const dayMs = 86_400_000

/** Days after a confirmation fell due at which it is asked for; unanswered at the last it is overdue. */
export const askAfterDays = [0, 7, 14] as const

/** When a contact that was confirmed at an instant is to be confirmed again. */
export function confirmationDueAt(confirmedAt: Date, confirmDays: number): Date {
  return new Date(confirmedAt.getTime() + confirmDays * dayMs)
}

/**
 * Where a confirmation stands: `confirmed` until `confirmDays` after it, `due` from that instant
 * on, `overdue` from the instant of the last request.
 */
export function confirmationOf(
  confirmedAt: Date,
  now: Date,
  confirmDays: number,
): ContactConfirmation {
  const dueAt = confirmationDueAt(confirmedAt, confirmDays)
  const lateDays = (now.getTime() - dueAt.getTime()) / dayMs
  const ageMs = Math.max(0, now.getTime() - confirmedAt.getTime())
  return {
    state: lateDays < 0 ? 'confirmed' : lateDays < overdueAfterDays ? 'due' : 'overdue',
    ageDays: Math.floor(ageMs / dayMs),
    dueAt: formatJst(dueAt.getTime()),
  }
}

const overdueAfterDays = askAfterDays[askAfterDays.length - 1] ?? 0

/** The instants of confirmation at which the state changes: confirmed then or earlier is due, or overdue. */
export function confirmationBounds(
  now: Date,
  confirmDays: number,
): { readonly dueFrom: Date; readonly overdueFrom: Date } {
  const daysAgo = (days: number) => new Date(now.getTime() - days * dayMs)
  return { dueFrom: daysAgo(confirmDays), overdueFrom: daysAgo(confirmDays + overdueAfterDays) }
}
