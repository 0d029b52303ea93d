// Changes to a subscription. A new address must answer a challenge of its own before it is used; until
// then the present one stays in use.

import {
  appendAudit,
  type Subscription,
  type SubscriptionChange,
  trustEndpoint,
  type Tx,
  updateSubscription,
} from '@renkei/db'
import {
  parseSubscriptionPatch,
  type SubscriptionPatch,
  type SubscriptionTarget,
} from '@renkei/schema'
import type { FastifyRequest } from 'fastify'
import { actorOf } from '../audit/actor.ts'
import { respectMatch } from '../if-match.ts'
import { DomainError } from '../problem/domain-error.ts'
import { sealIdentity } from './client-certificate.ts'
import { checkAddress, toShown, toStored } from './email-address.ts'
import { checkTarget, invalidSubscription } from './invalid-subscription.ts'
import { findOwn } from './own-subscription.ts'
import type { SubscriptionDeps } from './subscription-deps.ts'
import { isSameTarget, verifySubscription } from './verify-endpoint.ts'

/** Changes what the body names; throws the refusal with every fault. */
export async function changeSubscription(
  subscriptionId: string,
  request: FastifyRequest,
  deps: SubscriptionDeps,
): Promise<Subscription> {
  const parsed = parseSubscriptionPatch(request.body)
  if (!parsed.ok) throw invalidSubscription(parsed.faults)
  const patch = parsed.patch
  const changed = await changeOwn(subscriptionId, request, deps, async (tx, before) => {
    refuseOtherChannel(before, patch)
    if (patch.target) checkTarget(patch.target, deps)
    const target = patch.target && (await storedTarget(before, patch.target, deps))
    const change = { ...toChange(before, patch, target), ...certificateChange(before, patch, deps) }
    // Whoever says of a failing endpoint that it is well is believed.
    if (patch.state === 'active' && before.state === 'active')
      await trustEndpoint(tx, subscriptionId)
    return { change, action: 'subscription.changed' }
  })
  return patch.target ? verifySubscription(changed, request, deps) : changed
}

/** Ends a subscription: nothing more is sent, and what waits is refused with that reason. */
export async function endSubscription(
  subscriptionId: string,
  request: FastifyRequest,
  deps: SubscriptionDeps,
): Promise<void> {
  await changeOwn(subscriptionId, request, deps, async () => ({
    change: { state: 'ended' },
    action: 'subscription.ended',
  }))
}

interface Decision {
  readonly change: SubscriptionChange
  readonly action: string
}

/** Decides a change on the present state of an own subscription, and stores it with its audit entry. */
export async function changeOwn(
  subscriptionId: string,
  request: FastifyRequest,
  deps: SubscriptionDeps,
  decide: (tx: Tx, before: Subscription) => Promise<Decision>,
): Promise<Subscription> {
  return deps.database.transaction().execute(async (tx) => {
    const before = await findOwn(tx, request.caller, subscriptionId, { forUpdate: true })
    respectMatch(request, String(before.revision))
    const { change, action } = await decide(tx, before)
    const at = deps.clock.now()
    const after = await updateSubscription(tx, subscriptionId, change, at)
    const actor = actorOf(request)
    await appendAudit(tx, {
      ...actor,
      at,
      action,
      objectType: 'subscription',
      objectId: subscriptionId,
      objectOwner: actor.organisationId,
    })
    return after
  })
}

// An address that is in use stays sealed as it is.
async function storedTarget(
  before: Subscription,
  target: SubscriptionTarget,
  deps: SubscriptionDeps,
): Promise<unknown> {
  if (target.address === undefined) return target
  checkAddress(target.address, deps)
  const shown = await toShown(before.target, before, deps)
  return isSameTarget(shown, target) ? before.target : toStored(target, before, deps)
}

function toChange(
  before: Subscription,
  patch: SubscriptionPatch,
  target: unknown,
): SubscriptionChange {
  const { state, filter, mode, description, signing } = patch
  const rest = {
    ...(filter && { filter }),
    ...(mode && { mode }),
    ...(description !== undefined && { description }),
    ...(signing && { signing }),
  }
  const move = state !== undefined && state !== before.state ? { state } : {}
  if (before.state === 'pendingVerification') {
    if (target) return { ...rest, target, state: 'pendingVerification' }
    if (state !== undefined) {
      throw new DomainError(
        'endpoint-not-verified',
        'The endpoint must answer its challenge first.',
      )
    }
    return rest
  }
  if (!target) return { ...rest, ...move }
  // To name the address that is in use gives the other one up.
  const pendingTarget = isSameTarget(target, before.target) ? null : target
  return { ...rest, ...move, pendingTarget }
}

function certificateChange(
  before: Subscription,
  patch: SubscriptionPatch,
  deps: SubscriptionDeps,
): SubscriptionChange {
  if (patch.removeClientCertificate) return { clientCertificate: null, clientKey: null }
  return sealIdentity(patch, before, deps) ?? {}
}

const webhookOnly = [
  'signing',
  'clientCertificate',
  'clientKey',
  'removeClientCertificate',
] as const

function refuseOtherChannel({ channel }: Subscription, patch: SubscriptionPatch): void {
  const wrong = channel === 'webhook' ? patch.target?.address : patch.target?.url
  const pointers = [
    ...(wrong === undefined ? [] : [`/target/${channel === 'webhook' ? 'address' : 'url'}`]),
    ...webhookOnly
      .filter((name) => channel !== 'webhook' && name in patch)
      .map((name) => `/${name}`),
  ]
  if (pointers.length === 0) return
  throw invalidSubscription(
    pointers.map((pointer) => ({
      pointer,
      rule: 'target.channel',
      detail: `${pointer} does not belong to the channel ${channel} of this subscription.`,
    })),
  )
}
