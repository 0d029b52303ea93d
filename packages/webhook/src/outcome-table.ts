// What an answer or a fault means for a delivery: two tables, and nothing decided elsewhere.
// Sources: Standard Webhooks 1.0 "Delivery success and failure", RFC 9110 §15.

export type Result = 'delivered' | 'retry' | 'refused'

/** How soon it is tried again: slow where only a change at the receiver can help. */
export type Pace = 'normal' | 'slow'

export interface Outcome {
  readonly result: Result
  readonly words: string
  readonly heedsRetryAfter: boolean
  readonly pace: Pace
  /** True when it speaks against the endpoint, and not only of the moment or of us. */
  readonly countsAgainstHealth: boolean
  /** The receiver says that nothing shall ever be sent to it again. */
  readonly gone: boolean
}

interface StatusRow extends Outcome {
  readonly from: number
  readonly to: number
}

const ended = { heedsRetryAfter: false, pace: 'normal', countsAgainstHealth: false } as const
const failed = { result: 'retry', countsAgainstHealth: true, gone: false } as const
const later = { ...failed, heedsRetryAfter: true, pace: 'normal' } as const
const again = { ...failed, heedsRetryAfter: false, pace: 'normal' } as const
// A mistake in a receiver's configuration must not lose it a report: it is asked again, not often.
const slowly = { ...failed, heedsRetryAfter: false, pace: 'slow' } as const

// The first row that holds the status decides.
const statusRows: readonly StatusRow[] = [
  { from: 200, to: 299, ...ended, result: 'delivered', gone: false, words: '' },
  { from: 300, to: 399, ...slowly, words: 'redirects are not followed' },
  { from: 408, to: 408, ...later, words: 'the receiver gave up waiting for the request' },
  {
    from: 410,
    to: 410,
    ...ended,
    result: 'refused',
    gone: true,
    words: 'the receiver wants no more',
  },
  { from: 425, to: 425, ...later, words: 'too early for the receiver' },
  { from: 429, to: 429, ...later, words: 'too many requests for the receiver' },
  { from: 400, to: 499, ...slowly, words: 'the receiver does not accept the request' },
  { from: 500, to: 599, ...later, words: 'the receiver has failed' },
  { from: 100, to: 199, ...again, words: 'an interim answer is not an answer' },
]

const notHttpStatus: Outcome = { ...again, words: 'this is not an HTTP status' }

/** The outcome of a complete answer with this status; total over all numbers. */
export function outcomeOfStatus(status: number): Outcome {
  return statusRows.find((row) => status >= row.from && status <= row.to) ?? notHttpStatus
}

// An answer that breaks off is no answer, whatever its status: a repeat does no harm, since the
// webhook-id stays the same, while a loss would. An address that is not allowed here may be allowed once
// the operator has mended his settings: nothing of it is final.
export const faultOutcomes = {
  'target-refused': { ...slowly, words: 'the address may not be delivered to' },
  'address-blocked': { ...again, words: 'the host name has only blocked addresses' },
  'name-unresolved': { ...again, words: 'the host name could not be resolved' },
  'connection-refused': { ...again, words: 'the receiver refused the connection' },
  unreachable: { ...again, words: 'the receiver is unreachable' },
  'connect-timeout': { ...again, words: 'no connection in time' },
  'tls-failed': { ...again, words: 'TLS failed' },
  'client-certificate': { ...again, words: 'the client certificate cannot be used' },
  'connection-reset': { ...again, words: 'the connection was reset before an answer' },
  'connection-closed': { ...again, words: 'the connection was closed without an answer' },
  'answer-timeout': { ...again, words: 'no answer in time' },
  'not-http': { ...again, words: 'the answer is not HTTP' },
  'headers-too-large': { ...again, words: 'the headers of the answer are too large' },
  'answer-cut-off': { ...again, words: 'the answer broke off' },
  'body-timeout': { ...again, words: 'the answer did not end in time' },
  'sender-closed': {
    ...again,
    countsAgainstHealth: false,
    words: 'the sender was stopped before an answer',
  },
  unknown: { ...again, words: 'the connection failed' },
} as const satisfies Record<string, Outcome>

export type Fault = keyof typeof faultOutcomes
