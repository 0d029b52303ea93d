// Reading reports: everything through the projection for the caller's audience; what the caller may
// not know of is not found.

import { listRevisions, readRevision, type Scope } from '@renkei/db'
import { difference, type ReportView } from '@renkei/schema'
import { openRevision, openRevisions } from '@renkei/vault'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { shownReport } from '../audit/shown.ts'
import { withinAnswer } from '../limits/answer-size.ts'
import { DomainError } from '../problem/domain-error.ts'
import { differenceDocs, listDocs, readDocs, revisionDocs, revisionsDocs } from './read-docs.ts'
import { type ListQuery, listSeen } from './read-list.ts'
import { labelsInReach, type Seen, seeRevision, type SightDeps } from './report-sight.ts'

const scope = { scope: 'reports:read' as Scope }
const read = {
  ...scope,
  audit: { action: 'report.read', objectType: 'report', param: 'reportId' },
} as const

/** Registers the addresses that read reports. */
export function readRoutes(app: FastifyInstance, deps: SightDeps, done: () => void): void {
  const { db, sharing, vault } = deps
  registerList(app, deps)
  registerDifference(app, deps)

  app.get<{ Params: { reportId: string } }>(
    '/v1/reports/:reportId',
    { config: read, schema: readDocs },
    async (request, reply) => {
      const { view } = await find(deps, request, request.params.reportId)
      return reply.header('etag', `"${view.revision}"`).send(view)
    },
  )

  app.get<{ Params: { reportId: string }; Querystring: { after: number; limit: number } }>(
    '/v1/reports/:reportId/revisions',
    { config: read, schema: revisionsDocs },
    async (request) => {
      const { params, query, caller, shown } = request
      const page = { after: query.after, limit: query.limit + 1 }
      await sharing.refresh(db)
      const labels = labelsInReach(caller, sharing)
      const rows = await listRevisions(db, params.reportId, labels, page)
      const stored = withinAnswer(rows.slice(0, query.limit), ({ content }) => content)
      const rowsOfPage = await openRevisions(vault, stored)
      const items = rowsOfPage.flatMap((row) => {
        const seen = seeRevision(row, caller, sharing)
        if (seen) shown.push(shownReport(row, seen))
        return seen?.view ?? []
      })
      // A report of which nothing can be seen is not told from one that does not exist.
      if (items.length === 0 && query.after === 0) throw notFound()
      const next = rows.length > stored.length && String(rowsOfPage.at(-1)?.revision)
      return { items, ...(next && { next }) }
    },
  )

  app.get<{ Params: { reportId: string; revision: number } }>(
    '/v1/reports/:reportId/revisions/:revision',
    { config: read, schema: revisionDocs },
    async (request, reply) => {
      const { reportId, revision } = request.params
      const { view } = await find(deps, request, reportId, revision)
      return reply.header('etag', `"${view.revision}"`).send(view)
    },
  )

  done()
}

const listAudit = { action: 'report.listed', objectType: 'report' } as const

function registerList(app: FastifyInstance, deps: SightDeps): void {
  app.get<{ Querystring: ListQuery }>(
    '/v1/reports',
    { config: { ...scope, audit: listAudit }, schema: listDocs },
    async ({ query, caller, shown }) => {
      const { seen, next } = await listSeen(query, caller, deps)
      shown.push(...seen.map((one) => shownReport(one, one)))
      return { items: seen.map(({ view }) => view), ...(next && { next }) }
    },
  )
}

function registerDifference(app: FastifyInstance, deps: SightDeps): void {
  app.get<{ Params: { reportId: string }; Querystring: { from: number; to?: number } }>(
    '/v1/reports/:reportId/difference',
    { config: read, schema: differenceDocs },
    async (request) => {
      const { params, query } = request
      const { view: to } = await find(deps, request, params.reportId, query.to)
      const { view: from } = await find(deps, request, params.reportId, query.from)
      return {
        reportId: params.reportId,
        from: from.revision,
        to: to.revision,
        changes: difference(withoutGiven(from), withoutGiven(to)),
      }
    },
  )
}

async function find(
  { db, sharing, vault }: SightDeps,
  { caller, shown }: Pick<FastifyRequest, 'caller' | 'shown'>,
  reportId: string,
  revision?: number,
): Promise<Seen> {
  const row = await readRevision(db, reportId, revision)
  await sharing.refresh(db)
  const seen = row && seeRevision(await openRevision(vault, row), caller, sharing)
  if (!seen) throw notFound()
  shown.push(shownReport(row, seen))
  return seen
}

function notFound(): DomainError {
  return new DomainError(
    'not-found',
    'There is no such report, or your organisation may not know of it.',
  )
}

// The numbering of a revision always differs; it says nothing of the incident.
function withoutGiven({ revision: _, recordedAt: __, ...rest }: ReportView): object {
  return rest
}
