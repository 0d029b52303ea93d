// Deliveries and attempts of a subscription, for its owner.

import { listAttempts, listDeliveries, type Scope, type Standing } from '@renkei/db'
import { fromCursor, toCursor } from '@renkei/schema'
import type { FastifyInstance } from 'fastify'
import { pageOf } from '../page.ts'
import { DomainError } from '../problem/domain-error.ts'
import { findOwn } from './own-subscription.ts'
import type { SubscriptionDeps } from './subscription-deps.ts'
import { docs } from './subscription-docs.ts'
import { ofSubscription } from './subscription-audit.ts'

interface AttemptsParams {
  subscriptionId: string
  eventId: string
}

interface DeliveriesQuery {
  cursor?: string
  limit: number
  standing?: Standing
}

export function deliveryRoutes(
  app: FastifyInstance,
  deps: SubscriptionDeps,
  done: () => void,
): void {
  const audit = { action: 'delivery.listed', ...ofSubscription }
  const config = { scope: 'subscriptions:write' as Scope, audit }
  app.get<{ Params: { subscriptionId: string }; Querystring: DeliveriesQuery }>(
    '/v1/subscriptions/:subscriptionId/deliveries',
    { config, schema: docs.deliveries },
    async ({ caller, params, query }) => {
      await findOwn(deps.database, caller, params.subscriptionId)
      const rows = await listDeliveries(deps.database, params.subscriptionId, {
        before: query.cursor === undefined ? null : (fromCursor(query.cursor) ?? null),
        limit: query.limit + 1,
        standing: query.standing ?? null,
      })
      const items = rows
        .slice(0, query.limit)
        .map(({ seq, ...row }) => ({ ...row, feedcursor: toCursor(seq) }))
      const next = rows.length > query.limit ? items.at(-1)?.feedcursor : undefined
      return { items, ...(next && { next }) }
    },
  )
  app.get<{ Params: AttemptsParams; Querystring: { cursor?: string; limit: number } }>(
    '/v1/subscriptions/:subscriptionId/deliveries/:eventId/attempts',
    { config, schema: docs.attempts },
    async ({ caller, params, query: { cursor, limit } }) => {
      await findOwn(deps.database, caller, params.subscriptionId)
      const [round = 0, attempt = 0] = cursor?.split('.').map(Number) ?? []
      const after = cursor === undefined ? null : { round, attempt }
      const rows = await listAttempts(deps.database, { ...params, after, limit: limit + 1 })
      if (!rows) throw new DomainError('not-found', 'There is no such event.')
      return pageOf(rows, limit, (last) => `${last.round}.${last.attempt}`)
    },
  )
  done()
}
