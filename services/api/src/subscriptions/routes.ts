// The HTTP side of subscriptions.

import type { Scope, Subscription } from '@renkei/db'
import { openSecret } from '@renkei/vault'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { RouteAudit } from '../audit/route-audit.ts'
import { quoted } from '../if-match.ts'
import { changeSubscription, endSubscription } from './change-subscription.ts'
import { deliveryRoutes } from './delivery-routes.ts'
import { findOwn } from './own-subscription.ts'
import { rotateSecret } from './rotate-secret.ts'
import { listPage, subscribe } from './subscribe.ts'
import { audits } from './subscription-audit.ts'
import type { SubscriptionDeps } from './subscription-deps.ts'
import { docs } from './subscription-docs.ts'
import { viewSubscription } from './subscription-view.ts'
import { testEndpoint } from './test-endpoint.ts'
import { verifySubscription } from './verify-endpoint.ts'

const write = (audit: RouteAudit) => ({ scope: 'subscriptions:write' as Scope, audit })

const base = '/v1/subscriptions'
const one = `${base}/:subscriptionId`

type ById = { Params: { subscriptionId: string } }

/** Registers all addresses below /v1/subscriptions. */
export function subscriptionRoutes(
  app: FastifyInstance,
  deps: SubscriptionDeps,
  done: () => void,
): void {
  const send = sendView(deps)
  registerAll(app, deps)
  app.get<ById>(
    one,
    { config: write(audits.read), schema: docs.read },
    async ({ caller, params }, reply) =>
      send(reply, await findOwn(deps.database, caller, params.subscriptionId)),
  )
  app.patch<ById>(
    one,
    { config: write(audits.patch), schema: docs.patch },
    async (request, reply) =>
      send(reply, await changeSubscription(request.params.subscriptionId, request, deps)),
  )
  app.delete<ById>(
    one,
    { config: write(audits.remove), schema: docs.remove },
    async (request, reply) => {
      await endSubscription(request.params.subscriptionId, request, deps)
      return reply.code(204).send()
    },
  )
  app.post<ById>(
    `${one}/rotate-secret`,
    { config: write(audits.rotate), schema: docs.rotate },
    async (request, reply) => {
      const rotated = await rotateSecret(request.params.subscriptionId, request, deps)
      return send(reply, rotated.subscription, { secret: rotated.secret })
    },
  )
  app.post<ById>(
    `${one}/verify`,
    { config: write(audits.verify), schema: docs.verify },
    async (request, reply) => {
      const { subscriptionId } = request.params
      const subscription = await findOwn(deps.database, request.caller, subscriptionId)
      return send(reply, await verifySubscription(subscription, request, deps))
    },
  )
  app.post<ById>(
    `${one}/test`,
    { config: write(audits.test), schema: docs.test },
    async ({ caller, params }) =>
      testEndpoint(await findOwn(deps.database, caller, params.subscriptionId), deps),
  )
  void app.register(deliveryRoutes, deps)
  done()
}

function registerAll(app: FastifyInstance, deps: SubscriptionDeps): void {
  app.post(base, { config: write(audits.create), schema: docs.create }, async (request, reply) => {
    const { subscription, replayed } = await subscribe(request, deps)
    // The answer that shows the secret, and the same one to a repeat of its request.
    const secret = await openSecret(deps.vault, subscription)
    const shown = subscription.channel === 'webhook' ? { secret } : {}
    void reply.code(201).header('location', `${base}/${subscription.subscriptionId}`)
    if (replayed) void reply.header('idempotency-replayed', 'true')
    return sendView(deps)(reply, subscription, shown)
  })
  app.get<{ Querystring: { cursor?: string; limit: number } }>(
    base,
    { config: write(audits.list), schema: docs.list },
    async ({ caller: { organisationId: owner }, query, shown }) => {
      const page = await listPage(owner, query, deps)
      for (const item of page.items) {
        shown.push({ owner, objectId: item.subscriptionId, fields: Object.keys(item) })
      }
      return page
    },
  )
}

function sendView(deps: SubscriptionDeps) {
  return async (reply: FastifyReply, subscription: Subscription, more: object = {}) => {
    const view = await viewSubscription(deps, subscription)
    return reply.header('etag', quoted(String(subscription.revision))).send({ ...view, ...more })
  }
}
