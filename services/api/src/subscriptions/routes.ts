// The HTTP side of subscriptions.

import type { Scope, Subscription } from '@renkei/db'
import { openSecret } from '@renkei/vault'
import type { FastifyInstance } from 'fastify'
import type { RouteAudit } from '../audit/route-audit.ts'
import { changeSubscription, endSubscription } from './change-subscription.ts'
import { deliveryRoutes } from './delivery-routes.ts'
import { findOwn, toView } from './own-subscription.ts'
import { listPage, subscribe } from './subscribe.ts'
import { audits } from './subscription-audit.ts'
import type { SubscriptionDeps } from './subscription-deps.ts'
import { docs } from './subscription-docs.ts'
import { testEndpoint } from './test-endpoint.ts'
import { verifySubscription } from './verify-endpoint.ts'

const write = (audit: RouteAudit) => ({ scope: 'subscriptions:write' as Scope, audit })

const base = '/v1/subscriptions'

type ById = { Params: { subscriptionId: string } }

/** Registers all addresses below /v1/subscriptions. */
export function subscriptionRoutes(
  app: FastifyInstance,
  deps: SubscriptionDeps,
  done: () => void,
): void {
  const one = `${base}/:subscriptionId`
  app.post(base, { config: write(audits.create), schema: docs.create }, async (request, reply) => {
    const subscription = await subscribe(request.body, request, deps)
    // The only answer that ever shows the secret.
    const secret = await openSecret(deps.vault, subscription)
    return reply
      .code(201)
      .header('location', `${base}/${subscription.subscriptionId}`)
      .send({ ...toView(subscription), secret })
  })
  registerList(app, deps)
  app.get<ById>(
    one,
    { config: write(audits.read), schema: docs.read },
    async ({ caller, params }) =>
      toView(await findOwn(deps.database, caller, params.subscriptionId)),
  )
  app.patch<ById>(one, { config: write(audits.patch), schema: docs.patch }, async (request) =>
    toView(await changeSubscription(request.params.subscriptionId, request, deps)),
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
    `${one}/verify`,
    { config: write(audits.verify), schema: docs.verify },
    async (request) => {
      const subscription = await findOwn(
        deps.database,
        request.caller,
        request.params.subscriptionId,
      )
      return viewAfter(verifySubscription(subscription, request, deps))
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

function registerList(app: FastifyInstance, deps: SubscriptionDeps): void {
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

async function viewAfter(change: Promise<Subscription>) {
  return toView(await change)
}
