// What came of a send, in the form that is recorded: result, status and reason in words.

import type { Answer } from './exchange.ts'
import { oneLine } from './one-line.ts'
import {
  faultOutcomes,
  outcomeOfStatus,
  type Fault,
  type Pace,
  type Result,
} from './outcome-table.ts'
import { readRetryAfter } from './retry-after.ts'

export interface SendResult {
  readonly result: Result
  /** The status of the answer; null when none arrived. */
  readonly status: number | null
  /** One line of at most 200 characters: the status or the fault in words. */
  readonly reason: string
  /** The wait that the receiver asked for, at most 24 hours; null when it asked for none. */
  readonly retryAfterMs: number | null
  /** How soon it should be tried again when the receiver does not say. */
  readonly pace: Pace
  /** True when the failure speaks against the endpoint. */
  readonly countsAgainstHealth: boolean
  /** True when the receiver wants nothing more, ever. */
  readonly gone: boolean
  readonly durationMs: number
  /** The beginning of the answer's body; what is no UTF-8 is replaced. */
  readonly responseText: string
}

/** The answer that never came, because of a fault on our side of the connection. */
export function noAnswer(fault: Fault, detail: string): Answer {
  return { status: null, retryAfter: undefined, text: '', fault: { fault, detail } }
}

/** Judges an answer by the outcome table. `atMs` is the time of the attempt, since 1970. */
export function resultOf(answer: Answer, atMs: number, durationMs: number): SendResult {
  const { status, text, fault } = answer
  const byStatus = status === null ? null : outcomeOfStatus(status)
  const outcome = fault || !byStatus ? faultOutcomes[fault?.fault ?? 'unknown'] : byStatus
  const { result, pace, countsAgainstHealth, gone } = outcome
  const heard = byStatus?.heedsRetryAfter ? answer.retryAfter : undefined
  return {
    result,
    status,
    reason: fault ? faultReason(fault, status) : statusReason(status, byStatus?.words),
    retryAfterMs: readRetryAfter(heard, atMs + durationMs),
    pace,
    countsAgainstHealth,
    gone,
    durationMs: Math.round(durationMs),
    responseText: text,
  }
}

function statusReason(status: number | null, words: string | undefined): string {
  return words ? `answered ${status}: ${words}` : `answered ${status}`
}

function faultReason({ fault, detail }: NonNullable<Answer['fault']>, status: number | null) {
  const after = status === null ? '' : ` after status ${status}`
  return oneLine(`${faultOutcomes[fault].words}${after}${detail === '' ? '' : ` (${detail})`}`)
}
