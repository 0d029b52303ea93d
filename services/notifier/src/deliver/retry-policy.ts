// When a delivery that failed is tried again. The more urgent, the sooner and the more often; waits
// beyond a second are jittered in full, so that many do not come back in the same moment.
// Source of the schedule of levels 0 to 2: Standard Webhooks 1.0, "Deliverability and reliability".

import type { SendOutcome } from '../channels/channel.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute

export interface Schedule {
  /** Waits before the second, third … attempt; the last one repeats. */
  readonly waitsMs: readonly number[]
  /** How long the last wait but one repeats, reckoned from the acceptance of the event. */
  readonly denseForMs: number
  /** The longest Retry-After that is heeded. */
  readonly retryAfterMsMax: number
  /** The least wait after an answer that a repeat is not likely to change (4xx, 3xx). */
  readonly slowMsMin: number
}

const normal: Schedule = {
  waitsMs: [
    5 * second,
    5 * minute,
    30 * minute,
    2 * hour,
    5 * hour,
    10 * hour,
    14 * hour,
    20 * hour,
    24 * hour,
  ],
  denseForMs: 0,
  retryAfterMsMax: 24 * hour,
  slowMsMin: 30 * minute,
}

const major: Schedule = {
  waitsMs: [second, 5 * second, 15 * second, minute, 5 * minute, 30 * minute],
  denseForMs: 6 * hour,
  retryAfterMsMax: 10 * minute,
  slowMsMin: 5 * minute,
}

const crisis: Schedule = {
  waitsMs: [0, 1, 2, 4, 8, 15, 30, 60, 120, 600].map((seconds) => seconds * second),
  denseForMs: hour,
  retryAfterMsMax: minute,
  slowMsMin: 30 * second,
}

/** The schedule of a level. */
export function scheduleOf(level: number): Schedule {
  if (level >= 4) return crisis
  return level === 3 ? major : normal
}

export interface Tries {
  readonly level: number
  /** How many have failed, from 1. */
  readonly failed: number
  /** Since the event was accepted, or since nothing but failures. */
  readonly ageMs: number
}

/** The wait after so many failures, before jitter, in milliseconds. */
export function waitAfter({ level, failed, ageMs }: Tries): number {
  const { waitsMs, denseForMs } = scheduleOf(level)
  const last = waitsMs.length - 1
  const step = Math.min(failed - 1, last)
  const dense = step === last && ageMs < denseForMs ? last - 1 : step
  return waitsMs[dense] ?? 0
}

const jitterMsMin = 500

/** Full jitter: any wait up to the one given, but for waits of a second or less; `random` from 0 to 1. */
export function jitter(waitMs: number, random: number): number {
  return waitMs <= second ? waitMs : Math.ceil(Math.max(jitterMsMin, waitMs * random))
}

/** What a receiver asked for by Retry-After, as far as the level allows. */
export function askedMs(sent: SendOutcome, level: number): number {
  return Math.min(sent.retryAfterMs ?? 0, scheduleOf(level).retryAfterMsMax)
}

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

/** Decides what follows an attempt. */
export function decideNext(sent: SendOutcome, standing: Standing): NextStep {
  if (sent.result !== 'retry') return { outcome: sent.result, retryInMs: null }
  const { attempt, level, ageMs, random } = standing
  if (ageMs >= standing.giveUpAfterMs) return { outcome: 'dead', retryInMs: null }
  const wait = jitter(waitAfter({ level, failed: attempt, ageMs }), random)
  const least = sent.pace === 'slow' ? scheduleOf(level).slowMsMin : 0
  return { outcome: null, retryInMs: Math.ceil(Math.max(wait, least, askedMs(sent, level))) }
}
