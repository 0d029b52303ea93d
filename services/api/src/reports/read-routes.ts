// Reading reports: everything through the projection for the caller's audience; what the caller may
// not know of is not found.

import { readRevision, type Scope } from '@renkei/db'
import { difference, type ReportView } from '@renkei/schema'
import { openRevision } from '@renkei/vault'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { shownReport } from '../audit/shown.ts'
import { DomainError } from '../problem/domain-error.ts'
import { differenceDocs, listDocs, readDocs, revisionDocs, revisionsDocs } from './read-docs.ts'
import { type ListQuery, listSeen, listSeenRevisions } from './read-list.ts'
import { isBeyond, type Seen, seeRevision, type SightDeps } from './report-sight.ts'

const scope = { scope: 'reports:read' as Scope }
const read = {
  ...scope,
  audit: { action: 'report.read', objectType: 'report', param: 'reportId' },
} as const

/** Registers the addresses that read reports. */
export function readRoutes(app: FastifyInstance, deps: SightDeps, done: () => void): void {
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
      const { lines, next } = await listSeenRevisions(params.reportId, query, caller, deps)
      // A report of which nothing can be seen is not told from one that does not exist.
      if (lines.length === 0 && query.after === 0) throw notFound()
      shown.push(...lines.map((line) => shownReport(line, line)))
      return { items: lines.map(({ view }) => view), ...(next && { next }) }
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
      const { lines, next } = await listSeen(query, caller, deps)
      shown.push(...lines.map((line) => shownReport(line, line)))
      return { items: lines.map(({ view }) => view), ...(next && { next }) }
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
  // Decided before anything is opened: the time that it takes must not tell that there is something.
  if (!row || isBeyond(row, caller, sharing)) throw notFound()
  const seen = seeRevision(await openRevision(vault, row), caller, sharing)
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
