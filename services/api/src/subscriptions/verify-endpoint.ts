// The challenge: before an endpoint gets its first event it must repeat a random word. So nobody can
// make Renkei send to a place that does not want it.

import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import {
  addressInQuestion,
  appendAudit,
  type Subscription,
  type SubscriptionChange,
  updateSubscription,
} from '@renkei/db'
import { eventTypes } from '@renkei/schema'
import type { FastifyRequest } from 'fastify'
import { actorOf } from '../audit/actor.ts'
import { sendControlEvent } from './control-event.ts'
import { askByMail } from './email-address.ts'
import { findOwn } from './own-subscription.ts'
import type { SubscriptionDeps } from './subscription-deps.ts'

const challengeTimeoutMs = 5000

/**
 * Challenges the address that waits for it, of a new subscription or a new one of another; resolves to
 * the subscription with that address in use, or with the reason why not. An e-mail address is written to:
 * it is in use once the link in that mail is.
 */
export async function verifySubscription(
  subscription: Subscription,
  request: FastifyRequest,
  deps: SubscriptionDeps,
): Promise<Subscription> {
  if (subscription.channel === 'email') return askByMail(subscription, request, deps)
  const target = addressInQuestion(subscription)
  if (target === null) return subscription
  const challenge = randomBytes(24).toString('base64url')
  const sent = await sendControlEvent(
    subscription,
    {
      type: eventTypes.subscriptionVerification,
      data: { challenge },
      target,
      timeoutMs: challengeTimeoutMs,
    },
    deps,
  )
  const answered = sent.result === 'delivered' && answerOf(sent.responseText) === challenge
  const reason = answered ? null : reasonOf(sent)
  const { caller } = request
  return deps.database.transaction().execute(async (tx) => {
    const { subscriptionId } = subscription
    const present = await findOwn(tx, caller, subscriptionId, { forUpdate: true })
    // An answer speaks for the address that was asked; meanwhile another one may have been set.
    if (!isSameTarget(addressInQuestion(present), target)) return present
    const at = deps.clock.now()
    const change = changeAfter(present, reason)
    const verified = await updateSubscription(tx, subscriptionId, change, at)
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

/** True for the same address. */
export function isSameTarget(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(one, other)
}

function changeAfter(
  { state, pendingTarget }: Subscription,
  reason: string | null,
): SubscriptionChange {
  if (state === 'pendingVerification') {
    return reason === null ? { state: 'active' } : { state, stateReason: reason }
  }
  return reason === null
    ? { target: pendingTarget, pendingTarget: null }
    : { pendingReason: reason }
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
