// What is known of an attempt once it is made: what is recorded of it, and what it says of its endpoint.

import type { AttemptResult, ClaimedDelivery } from '@renkei/db'
import type { SendOutcome } from '../channels/channel.ts'

export interface TriedDelivery extends AttemptResult {
  readonly organisationId: string
  readonly level: number
  /** How long the receiver asked not to be sent anything. */
  readonly askedMs: number
  readonly gone: boolean
  /** Where it was sent: another address may have taken its place meanwhile. */
  readonly target: unknown
  /** A repeat does not help before somebody has mended something. */
  readonly slow: boolean
  readonly countsAgainstHealth: boolean
}

/** The part that follows from the delivery and what became of it, whatever comes next. */
export function factsOf(delivery: ClaimedDelivery, sent: SendOutcome) {
  const { seq, subscriptionId, organisationId, target, round, peakLevel: level } = delivery
  const { result, status, reason, pace, gone = false, countsAgainstHealth = true } = sent
  const askedMs = sent.retryAfterMs ?? 0
  const said = { result, status, reason, gone, countsAgainstHealth, askedMs, slow: pace === 'slow' }
  return { ...said, seq, subscriptionId, organisationId, target, round, level }
}
