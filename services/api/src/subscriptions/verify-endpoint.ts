// The challenge: before an endpoint gets its first event it must repeat a random word. So nobody can
// make Renkei send to a place that does not want it.

import { randomBytes } from 'node:crypto'
import { appendAudit, type Subscription, updateSubscription } from '@renkei/db'
import { eventTypes } from '@renkei/schema'
import type { FastifyRequest } from 'fastify'
import { actorOf } from '../audit/actor.ts'
import { sendControlEvent } from './control-event.ts'
import { findOwn } from './own-subscription.ts'
import type { SubscriptionDeps } from './subscription-deps.ts'

const challengeTimeoutMs = 5000

/** Challenges the endpoint; resolves to the subscription, active or with the reason why not. */
export async function verifySubscription(
  subscription: Subscription,
  request: FastifyRequest,
  deps: SubscriptionDeps,
): Promise<Subscription> {
  if (subscription.state !== 'pendingVerification') return subscription
  const challenge = randomBytes(24).toString('base64url')
  const sent = await sendControlEvent(
    subscription,
    {
      type: eventTypes.subscriptionVerification,
      data: { challenge },
      timeoutMs: challengeTimeoutMs,
    },
    deps,
  )
  const answered = sent.result === 'delivered' && answerOf(sent.responseText) === challenge
  const stateReason = answered ? null : reasonOf(sent)
  const state = answered ? 'active' : 'pendingVerification'
  const { caller } = request
  return deps.database.transaction().execute(async (tx) => {
    const { subscriptionId } = subscription
    const present = await findOwn(tx, caller, subscriptionId, { forUpdate: true })
    if (!isStillAsked(present, subscription)) return present
    const at = deps.clock.now()
    const verified = await updateSubscription(tx, subscriptionId, { state, stateReason }, at)
    await appendAudit(tx, {
      ...actorOf(request),
      at,
      action: answered ? 'subscription.verified' : 'subscription.challengeFailed',
      objectType: 'subscription',
      objectId: subscriptionId,
      objectOwner: caller.organisationId,
    })
    return verified
  })
}

// An answer speaks for the address that was asked; meanwhile another one may have been set.
function isStillAsked(present: Subscription, asked: Subscription): boolean {
  const sameTarget = JSON.stringify(present.target) === JSON.stringify(asked.target)
  return present.state === 'pendingVerification' && sameTarget
}

function answerOf(text: string): unknown {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null && 'challenge' in body
      ? body.challenge
      : undefined
  } catch {
    return undefined
  }
}

function reasonOf(sent: { result: string; reason: string }): string {
  if (sent.result !== 'delivered') return `the challenge could not be delivered: ${sent.reason}`
  return 'the endpoint did not repeat the challenge: {"challenge": "…"} is needed'
}
