// Ledgers of events and reports, for the organisation whose report it is: who was owed it, who has it,
// and why somebody has not.

import {
  type Db,
  listEventSums,
  listRecipientSums,
  placeOfRecipient,
  readEventOwner,
  readLedger,
  readLedgerLines,
  readReportLedger,
} from '@renkei/db'
import type { Clock } from '@renkei/service-kit'
import type { FastifyInstance } from 'fastify'
import { pageOf } from '../page.ts'
import { badParameter, DomainError } from '../problem/domain-error.ts'
import { docs } from './ledger-docs.ts'
import { plainReason } from './plain-reason.ts'
import { subscriptionLedgerRoute } from './subscription-ledger.ts'

export interface LedgerDeps {
  readonly db: Db
  readonly clock: Clock
}

interface ReportQuery {
  by: 'event' | 'recipient'
  cursor?: string
  limit: number
}

export function ledgerRoutes(app: FastifyInstance, deps: LedgerDeps, done: () => void): void {
  const { db } = deps
  app.get<{ Params: { eventId: string }; Querystring: { cursor?: string; limit: number } }>(
    '/v1/events/:eventId/ledger',
    { config: { scope: 'reports:read', audit: ofEvent }, schema: docs.event },
    async ({ params, query, caller }) => {
      const owner = await readEventOwner(db, params.eventId)
      const isOwn = owner === caller.organisationId
      const ledger = isOwn && (await readLedger(db, params.eventId))
      if (!ledger)
        throw new DomainError('not-found', 'Your organisation has no event with this identifier.')
      const page = { after: query.cursor ?? null, limit: query.limit + 1 }
      const rows = await readLedgerLines(db, ledger.seq, page)
      const lines = rows.map((row) => ({ ...row, reason: plainReason(row.reason) }))
      const { seq: _, ...counts } = ledger
      return { ...counts, ...pageOf(lines, query.limit, ({ subscriptionId }) => subscriptionId) }
    },
  )
  app.get<{ Params: { reportId: string }; Querystring: ReportQuery }>(
    '/v1/reports/:reportId/ledger',
    { config: { scope: 'reports:read', audit: ofReport }, schema: docs.report },
    async ({ params: { reportId }, query, caller: { organisationId } }) => {
      const ledger = await readReportLedger(db, { reportId, organisationId })
      if (!ledger)
        throw new DomainError('not-found', 'Your organisation has no report with this identifier.')
      return { ...ledger, ...(await linesOf(db, reportId, query)) }
    },
  )
  subscriptionLedgerRoute(app, deps)
  done()
}

async function linesOf(db: Db, reportId: string, { by, cursor, limit }: ReportQuery) {
  if (by === 'recipient') {
    const rows = await listRecipientSums(db, reportId, { after: cursor ?? null, limit: limit + 1 })
    return pageOf(rows, limit, placeOfRecipient)
  }
  const after = Number(cursor ?? 0)
  if (!/^\d{1,9}$/.test(cursor ?? '0')) {
    throw badParameter('cursor', 'form', 'cursor must be the `next` of a page before.')
  }
  const rows = await listEventSums(db, reportId, { after, limit: limit + 1 })
  return pageOf(rows, limit, ({ revision }) => String(revision))
}

const read = { action: 'ledger.read', ownedBy: 'caller' } as const
const ofEvent = { ...read, objectType: 'event', param: 'eventId' } as const
const ofReport = { ...read, objectType: 'report', param: 'reportId' } as const
