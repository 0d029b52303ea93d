// A new subscription: stored first, then the endpoint is challenged; only an endpoint that answers
// becomes active.

import {
  appendAudit,
  countSubscriptions,
  insertSubscription,
  listSubscriptions,
  lockOrganisation,
  type NewSubscription,
  recallSubscription,
  type Subscription,
  type Tx,
} from '@renkei/db'
import { parseSubscriptionRequest, type SubscriptionRequest } from '@renkei/schema'
import { sealSecret } from '@renkei/vault'
import { newSecret } from '@renkei/webhook'
import type { FastifyRequest } from 'fastify'
import { actorOf } from '../audit/actor.ts'
import { pageOf } from '../page.ts'
import { DomainError } from '../problem/domain-error.ts'
import { type Idempotency, readIdempotency } from '../reports/idempotency-key.ts'
import { sealIdentity } from './client-certificate.ts'
import { checkAddress, toStored } from './email-address.ts'
import { checkTarget, invalidSubscription } from './invalid-subscription.ts'
import type { SubscriptionDeps } from './subscription-deps.ts'
import { viewSubscription } from './subscription-view.ts'
import { verifySubscription } from './verify-endpoint.ts'

export interface Subscribed {
  readonly subscription: Subscription
  /** True when the request was made before, and nothing was stored now. */
  readonly replayed: boolean
}

/** Stores a subscription and challenges its endpoint; throws the refusal with every fault. */
export async function subscribe(
  request: FastifyRequest,
  deps: SubscriptionDeps,
): Promise<Subscribed> {
  const idempotency = readIdempotency(request, deps.vault)
  const parsed = parseSubscriptionRequest(request.body)
  if (!parsed.ok) throw invalidSubscription(parsed.faults)
  checkTarget(parsed.request.target, deps)
  if (parsed.request.channel === 'email') checkAddress(parsed.request.target.address ?? '', deps)
  const wanted = { ...newSubscription(parsed.request, request, deps), idempotency }
  const at = deps.clock.now()
  const stored = await deps.database.transaction().execute(async (tx) => {
    await lockOrganisation(tx, wanted.organisationId)
    const before =
      idempotency &&
      (await recall(tx, { ...idempotency, organisationId: wanted.organisationId, at }, deps))
    if (!before) await refuseTooMany(tx, wanted.organisationId, deps)
    const subscription = before ?? (await insertSubscription(tx, wanted, at))
    await appendAudit(tx, {
      ...actorOf(request),
      at,
      action: before ? 'subscription.shownAgain' : 'subscription.created',
      objectType: 'subscription',
      objectId: subscription.subscriptionId,
      objectOwner: wanted.organisationId,
    })
    return { subscription, replayed: before !== undefined }
  })
  if (stored.replayed) return stored
  return { ...stored, subscription: await verifySubscription(stored.subscription, request, deps) }
}

function newSubscription(
  wanted: SubscriptionRequest,
  { caller: { organisationId } }: FastifyRequest,
  deps: SubscriptionDeps,
): NewSubscription {
  const { channel, target, filter = {}, mode = 'latest', description = null, signing } = wanted
  const named = { subscriptionId: deps.newId(), organisationId }
  return {
    ...named,
    channel,
    target: toStored(target, named, deps),
    filter,
    mode,
    description,
    state: 'pendingVerification',
    secret: sealSecret(deps.vault, named, newSecret()),
    ...(signing && { signing }),
    ...sealIdentity(wanted, named, deps),
  }
}

const hourMs = 3_600_000

async function recall(
  tx: Tx,
  { organisationId, key, fingerprint, at }: Idempotency & { organisationId: string; at: Date },
  { idempotencyHours }: SubscriptionDeps,
): Promise<Subscription | undefined> {
  const since = new Date(at.getTime() - idempotencyHours * hourMs)
  const before = await recallSubscription(tx, { organisationId, key }, since)
  if (!before) return undefined
  if (before.fingerprint.equals(fingerprint) && before.subscription.state !== 'ended') {
    return before.subscription
  }
  throw new DomainError(
    'idempotency-conflict',
    'This idempotency key belongs to another request, or its subscription has ended.',
  )
}

async function refuseTooMany(
  tx: Tx,
  organisationId: string,
  deps: SubscriptionDeps,
): Promise<void> {
  const count = await countSubscriptions(tx, organisationId)
  if (count < deps.subscriptionsPerOrganisationMax) return
  throw new DomainError(
    'limit-reached',
    `Your organisation has ${count} subscriptions, as many as it may.`,
  )
}

/** Lists the subscriptions of an organisation, a page at a time. */
export async function listPage(
  organisationId: string,
  query: { cursor?: string; limit: number },
  deps: SubscriptionDeps,
) {
  const page = { after: query.cursor ?? null, limit: query.limit + 1 }
  const rows = await listSubscriptions(deps.database, organisationId, page)
  const { items, ...next } = pageOf(rows, query.limit, ({ subscriptionId }) => subscriptionId)
  const views = items.map((item) => viewSubscription(deps, item))
  return { items: await Promise.all(views), ...next }
}
