// A test send: shows the owner of a subscription what its endpoint answers, at once.

import type { Subscription } from '@renkei/db'
import { eventTypes } from '@renkei/schema'
import { DomainError } from '../problem/domain-error.ts'
import { sendControlEvent } from './control-event.ts'
import type { SubscriptionDeps } from './subscription-deps.ts'

/** Sends a test event and resolves to the attempt; refuses an endpoint that was never verified. */
export async function testEndpoint(subscription: Subscription, deps: SubscriptionDeps) {
  if (subscription.channel === 'email') {
    throw new DomainError('not-by-email', 'A test event is for endpoints, not for people.')
  }
  if (subscription.state === 'pendingVerification') {
    throw new DomainError(
      'endpoint-not-verified',
      'The endpoint has not answered its challenge yet.',
    )
  }
  const note = 'This is a test of the subscription; no report stands behind it.'
  const sent = await sendControlEvent(
    subscription,
    {
      type: eventTypes.subscriptionTest,
      data: { subscriptionId: subscription.subscriptionId, note },
    },
    deps,
  )
  const { result, status, reason, durationMs } = sent
  return { result, status, reason, durationMs: Math.round(durationMs) }
}
