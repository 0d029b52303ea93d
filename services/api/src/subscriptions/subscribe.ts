// A new subscription: stored first, then the endpoint is challenged; only an endpoint that answers
// becomes active.

import {
  countSubscriptions,
  insertSubscription,
  listSubscriptions,
  lockOrganisation,
  appendAudit,
  type Subscription,
} from '@renkei/db'
import { type Fault, parseSubscriptionRequest, type SubscriptionTarget } from '@renkei/schema'
import { sealSecret } from '@renkei/vault'
import { newSecret } from '@renkei/webhook'
import type { FastifyRequest } from 'fastify'
import { actorOf } from '../audit/actor.ts'
import { DomainError, invalidBody } from '../problem/domain-error.ts'
import { toView } from './own-subscription.ts'
import type { SubscriptionDeps } from './subscription-deps.ts'
import { verifySubscription } from './verify-endpoint.ts'
import { pageOf } from '../page.ts'

/** Stores a subscription and challenges its endpoint; throws the refusal with every fault. */
export async function subscribe(
  body: unknown,
  request: FastifyRequest,
  deps: SubscriptionDeps,
): Promise<Subscription> {
  const parsed = parseSubscriptionRequest(body)
  if (!parsed.ok) throw invalidSubscription(parsed.faults)
  checkTarget(parsed.request.target, deps)
  const { caller } = request
  const { target, filter = {}, mode = 'latest', description = null, channel } = parsed.request
  const at = deps.clock.now()
  const subscription = await deps.database.transaction().execute(async (tx) => {
    await lockOrganisation(tx, caller.organisationId)
    const count = await countSubscriptions(tx, caller.organisationId)
    if (count >= deps.subscriptionsPerOrganisationMax) {
      throw new DomainError(
        'limit-reached',
        `Your organisation has ${count} subscriptions, as many as it may.`,
      )
    }
    const subscriptionId = deps.newId()
    const named = { subscriptionId, organisationId: caller.organisationId, channel, target, filter }
    const state = 'pendingVerification'
    const secret = sealSecret(deps.vault, named, newSecret())
    const stored = await insertSubscription(tx, { ...named, mode, description, state, secret }, at)
    await appendAudit(tx, {
      ...actorOf(request),
      at,
      action: 'subscription.created',
      objectType: 'subscription',
      objectId: subscriptionId,
      objectOwner: caller.organisationId,
    })
    return stored
  })
  return verifySubscription(subscription, request, deps)
}

/** Refuses an address that could never be sent to. */
export function checkTarget(
  { url }: SubscriptionTarget,
  { sender }: Pick<SubscriptionDeps, 'sender'>,
): void {
  if (url === undefined) throw invalidSubscription([emailAbsent])
  const check = sender.checkTarget(url)
  if (check.ok) return
  throw invalidSubscription([
    { pointer: '/target/url', rule: check.rule, detail: `/target/url is refused: ${check.detail}` },
  ])
}

const emailAbsent: Fault = {
  pointer: '/channel',
  rule: 'channel.notSetUp',
  detail: '/channel is refused: the operator has not set up e-mail.',
}

/** The refusal of a subscription with its faults. */
export function invalidSubscription(faults: readonly Fault[]): DomainError {
  return invalidBody('invalid-subscription', faults)
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
  return { items: items.map(toView), ...next }
}
