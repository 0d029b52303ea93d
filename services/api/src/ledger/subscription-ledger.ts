// The ledger of a subscription, for its owner.

import { readSubscriptionLedger, type Subscription, type SubscriptionLedger } from '@renkei/db'
import { fromCursor } from '@renkei/schema'
import type { FastifyInstance } from 'fastify'
import { findOwn } from '../subscriptions/own-subscription.ts'
import { docs } from './ledger-docs.ts'
import type { LedgerDeps } from './routes.ts'

interface RangeQuery {
  from?: string
  until?: string
  afterCursor?: string
  untilCursor?: string
}

const defaultDays = 7

/** Registers the ledger of a subscription. */
export function subscriptionLedgerRoute(app: FastifyInstance, { db, clock }: LedgerDeps): void {
  app.get<{ Params: { subscriptionId: string }; Querystring: RangeQuery }>(
    '/v1/subscriptions/:subscriptionId/ledger',
    { config: { scope: 'subscriptions:write', audit }, schema: docs.subscription },
    async ({ params, query, caller }) => {
      const subscription = await findOwn(db, caller, params.subscriptionId)
      const range = rangeOf(query, clock.now())
      const ledger = await readSubscriptionLedger(db, params.subscriptionId, range)
      return { ...toView(subscription, ledger), ...(range.from && { from: range.from }) }
    },
  )
}

const audit = {
  action: 'ledger.read',
  objectType: 'subscription',
  param: 'subscriptionId',
  ownedBy: 'caller',
} as const

function rangeOf({ from, until, afterCursor, untilCursor }: RangeQuery, now: Date) {
  const begins = from ?? afterCursor
  const default_ = new Date(now.getTime() - defaultDays * 86_400_000)
  return {
    from: begins === undefined ? default_ : from === undefined ? null : new Date(from),
    until: until === undefined ? null : new Date(until),
    afterSeq: afterCursor === undefined ? null : (fromCursor(afterCursor) ?? null),
    untilSeq: untilCursor === undefined ? null : (fromCursor(untilCursor) ?? null),
  }
}

function toView({ subscriptionId, state }: Subscription, ledger: SubscriptionLedger) {
  const { backlog, oldestWaiting, endpoint, ...counts } = ledger
  const owed = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return {
    subscriptionId,
    state,
    owed,
    ...counts,
    backlog,
    oldestWaiting,
    endpoint: endpoint
      ? {
          state: endpoint.state,
          failingSince: endpoint.failingSince,
          consecutiveFailures: endpoint.consecutiveFailures,
          nextTryAt: endpoint.state === 'closed' ? null : endpoint.probeAt,
          askedUntil: endpoint.askedUntil,
          switchedOffAt: endpoint.switchedOffAt,
          lastStatus: endpoint.lastStatus,
          lastReason: endpoint.lastReason,
        }
      : { state: 'closed' },
  }
}
