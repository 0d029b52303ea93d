// Changes to a subscription. A new address must answer a challenge of its own before it is used.

import {
  appendAudit,
  type Subscription,
  type SubscriptionChange,
  type Tx,
  updateSubscription,
} from '@renkei/db'
import { parseSubscriptionPatch, type SubscriptionPatch } from '@renkei/schema'
import type { FastifyRequest } from 'fastify'
import { actorOf } from '../audit/actor.ts'
import { DomainError } from '../problem/domain-error.ts'
import { findOwn } from './own-subscription.ts'
import { checkTarget, invalidSubscription } from './subscribe.ts'
import type { SubscriptionDeps } from './subscription-deps.ts'
import { verifySubscription } from './verify-endpoint.ts'

/** Changes filter, mode, description, address or state; throws the refusal with every fault. */
export async function changeSubscription(
  subscriptionId: string,
  request: FastifyRequest,
  deps: SubscriptionDeps,
): Promise<Subscription> {
  const parsed = parseSubscriptionPatch(request.body)
  if (!parsed.ok) throw invalidSubscription(parsed.faults)
  const patch = parsed.patch
  if (patch.target) checkTarget(patch.target, deps)
  const changed = await deps.database.transaction().execute(async (tx) => {
    const before = await findOwn(tx, request.caller, subscriptionId, { forUpdate: true })
    const change = toChange(before, patch)
    const after = await updateSubscription(tx, subscriptionId, change, deps.clock.now())
    await audit(tx, subscriptionId, 'subscription.changed', { request, deps })
    return after
  })
  return patch.target ? verifySubscription(changed, request, deps) : changed
}

function toChange(before: Subscription, patch: SubscriptionPatch): SubscriptionChange {
  if (patch.target) return { ...patch, state: 'pendingVerification' }
  if (patch.state === undefined || patch.state === before.state) {
    const { state: _, ...rest } = patch
    return rest
  }
  if (before.state === 'pendingVerification') {
    throw new DomainError('endpoint-not-verified', 'The endpoint must answer its challenge first.')
  }
  return patch
}

/** Ends a subscription: nothing more is sent, and what waits is refused with that reason. */
export async function endSubscription(
  subscriptionId: string,
  request: FastifyRequest,
  deps: SubscriptionDeps,
): Promise<void> {
  await deps.database.transaction().execute(async (tx) => {
    await findOwn(tx, request.caller, subscriptionId, { forUpdate: true })
    await updateSubscription(tx, subscriptionId, { state: 'ended' }, deps.clock.now())
    await audit(tx, subscriptionId, 'subscription.ended', { request, deps })
  })
}

async function audit(
  tx: Tx,
  objectId: string,
  action: string,
  { request, deps }: { request: FastifyRequest; deps: SubscriptionDeps },
): Promise<void> {
  const actor = actorOf(request)
  await appendAudit(tx, {
    ...actor,
    at: deps.clock.now(),
    action,
    objectType: 'subscription',
    objectId,
    objectOwner: actor.organisationId,
  })
}
