// When a delivery that failed is tried again. Urgent reports retry in seconds, the others in a
// widening schedule; a delivery that nobody took for days ends as dead, with its reason.

import type { SendOutcome } from '../channels/channel.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute

// Waits before the second, third … attempt; the last one repeats.
export const schedules = {
  urgent: [1, 2, 4, 8, 15, 30, 60, 120].map((seconds) => seconds * second),
  normal: [
    5 * second,
    30 * second,
    2 * minute,
    10 * minute,
    30 * minute,
    hour,
    2 * hour,
    5 * hour,
    10 * hour,
    24 * hour,
  ],
} as const

const retryAfterMaxMs = { urgent: minute, normal: 24 * hour } as const

export interface Standing {
  /** The attempt that was just made, from 1. */
  readonly attempt: number
  readonly level: number
  readonly ageMs: number
  readonly giveUpAfterMs: number
  /** From 0 to 1. */
  readonly random: number
}

export type NextStep =
  | { readonly outcome: 'delivered' | 'refused' | 'dead'; readonly retryInMs: null }
  /** In whole milliseconds. */
  | { readonly outcome: null; readonly retryInMs: number }

/** Decides what follows an attempt. Waits are jittered down to half, so that receivers recover unhurried. */
export function decideNext(sent: SendOutcome, standing: Standing): NextStep {
  if (sent.result !== 'retry') return { outcome: sent.result, retryInMs: null }
  if (standing.ageMs >= standing.giveUpAfterMs) return { outcome: 'dead', retryInMs: null }
  const urgency = standing.level >= 3 ? 'urgent' : 'normal'
  const schedule = schedules[urgency]
  const wait = schedule[Math.min(standing.attempt, schedule.length) - 1] ?? minute
  const jittered = wait * (0.5 + standing.random / 2)
  const asked = Math.min(sent.retryAfterMs ?? 0, retryAfterMaxMs[urgency])
  return { outcome: null, retryInMs: Math.ceil(Math.max(jittered, asked)) }
}
