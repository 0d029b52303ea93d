// The HTTP side of replays, below their subscription.

import { type Db, findReplay, listReplays, type Replay, type Scope } from '@renkei/db'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { RouteAudit } from '../audit/route-audit.ts'
import { pageOf } from '../page.ts'
import { DomainError } from '../problem/domain-error.ts'
import { findOwn } from '../subscriptions/own-subscription.ts'
import { audits } from './replay-audit.ts'
import type { ReplayDeps } from './replay-deps.ts'
import { docs } from './replay-docs.ts'
import { cancel, start } from './start.ts'

type OfSubscription = { Params: { subscriptionId: string } }
type One = { Params: { subscriptionId: string; replayId: string } }

/** Registers all addresses below /v1/subscriptions/{subscriptionId}/replays. */
export function replayRoutes(app: FastifyInstance, deps: ReplayDeps, done: () => void): void {
  const base = '/v1/subscriptions/:subscriptionId/replays'
  const keyed = (audit: RouteAudit) => ({ scope: 'subscriptions:write' as Scope, audit })
  app.post<OfSubscription>(
    base,
    { config: keyed(audits.start), schema: docs.start },
    async (request, reply) => {
      const replay = await start(request.params.subscriptionId, request, deps)
      const { subscriptionId, replayId } = replay
      return reply
        .code(202)
        .header('location', `/v1/subscriptions/${subscriptionId}/replays/${replayId}`)
        .send(toView(replay))
    },
  )
  app.get<OfSubscription & { Querystring: { cursor?: string; limit: number } }>(
    base,
    { config: keyed(audits.list), schema: docs.list },
    async ({ caller, params, query, shown }) => {
      await findOwn(deps.db, caller, params.subscriptionId)
      const page = { before: query.cursor ?? null, limit: query.limit + 1 }
      const rows = await listReplays(deps.db, params.subscriptionId, page)
      const { items, ...next } = pageOf(rows, query.limit, ({ replayId }) => replayId)
      const views = items.map(toView)
      for (const view of views) {
        const fields = Object.keys(view)
        shown.push({ owner: caller.organisationId, objectId: view.replayId, fields })
      }
      return { items: views, ...next }
    },
  )
  app.get<One>(
    `${base}/:replayId`,
    { config: keyed(audits.read), schema: docs.read },
    async (request) => toView(await findOwnReplay(deps.db, request)),
  )
  app.post<One>(
    `${base}/:replayId/cancel`,
    { config: keyed(audits.cancel), schema: docs.cancel },
    async (request) => toView(await cancel(await findOwnReplay(deps.db, request), request, deps)),
  )
  done()
}

async function findOwnReplay(db: Db, { caller, params }: FastifyRequest<One>): Promise<Replay> {
  await findOwn(db, caller, params.subscriptionId)
  const replay = await findReplay(db, params.replayId)
  if (replay?.subscriptionId !== params.subscriptionId) {
    throw new DomainError('not-found', 'The subscription has no such replay.')
  }
  return replay
}

function toView({ organisationId: _, perSecond: perSecondMax, ...replay }: Replay) {
  return { ...replay, perSecondMax }
}
