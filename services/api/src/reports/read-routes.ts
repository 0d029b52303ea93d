// Reading reports: everything through the projection for the caller's audience; what the caller may
// not know of is not found.

import {
  listReports,
  listRevisions,
  readRevision,
  type Scope,
  type StoredRevision,
} from '@renkei/db'
import {
  audienceOf,
  difference,
  project,
  type ReportView,
  tlpsWithin,
  toRecordedReport,
  type Viewer,
} from '@renkei/schema'
import type { FastifyInstance } from 'fastify'
import { DomainError } from '../problem/domain-error.ts'
import { differenceDocs, listDocs, readDocs, revisionDocs, revisionsDocs } from './read-docs.ts'
import type { ReportDeps } from './routes.ts'

const read = { scope: 'reports:read' as Scope }

interface ListQuery {
  kind?: string[]
  state?: string[]
  messageStatus?: string[]
  minLevel?: number
  service?: string[]
  prefecture?: string[]
  organisation?: string[]
  open?: boolean
  cursor?: string
  limit: number
}

type ReadDeps = Pick<ReportDeps, 'db'>

/** Registers the addresses that read reports. */
export function readRoutes(app: FastifyInstance, deps: ReadDeps, done: () => void): void {
  const { db } = deps
  registerList(app, deps)
  registerDifference(app, deps)

  app.get<{ Params: { reportId: string } }>(
    '/v1/reports/:reportId',
    { config: read, schema: readDocs },
    async (request, reply) => {
      const view = await find(deps, request.caller, request.params.reportId)
      return reply.header('etag', `"${view.revision}"`).send(view)
    },
  )

  app.get<{ Params: { reportId: string }; Querystring: { after: number; limit: number } }>(
    '/v1/reports/:reportId/revisions',
    { config: read, schema: revisionsDocs },
    async (request) => {
      const { params, query, caller } = request
      const page = { after: query.after, limit: query.limit + 1 }
      const rows = await listRevisions(db, params.reportId, sightOf(caller), page)
      if (rows.length === 0 && query.after === 0) throw notFound()
      const shown = rows.slice(0, query.limit)
      const items = shown.flatMap((row) => viewOf(row, caller) ?? [])
      const next = rows.length > query.limit && String(shown.at(-1)?.revision)
      return { items, ...(next && { next }) }
    },
  )

  app.get<{ Params: { reportId: string; revision: number } }>(
    '/v1/reports/:reportId/revisions/:revision',
    { config: read, schema: revisionDocs },
    async (request, reply) => {
      const { reportId, revision } = request.params
      const view = await find(deps, request.caller, reportId, revision)
      return reply.header('etag', `"${view.revision}"`).send(view)
    },
  )

  done()
}

function registerList(app: FastifyInstance, { db }: ReadDeps): void {
  app.get<{ Querystring: ListQuery }>(
    '/v1/reports',
    { config: read, schema: listDocs },
    async (request) => {
      const { query, caller } = request
      const rows = await listReports(db, toFilter(query, caller), {
        before: query.cursor ?? null,
        limit: query.limit + 1,
      })
      const page = rows.slice(0, query.limit)
      const next = rows.length > query.limit ? page.at(-1)?.reportId : undefined
      const items = page.flatMap((row) => viewOf(row, caller) ?? [])
      return { items, ...(next && { next }) }
    },
  )
}

function registerDifference(app: FastifyInstance, deps: ReadDeps): void {
  app.get<{ Params: { reportId: string }; Querystring: { from: number; to?: number } }>(
    '/v1/reports/:reportId/difference',
    { config: read, schema: differenceDocs },
    async (request) => {
      const { params, query, caller } = request
      const to = await find(deps, caller, params.reportId, query.to)
      const from = await find(deps, caller, params.reportId, query.from)
      return {
        reportId: params.reportId,
        from: from.revision,
        to: to.revision,
        changes: difference(withoutGiven(from), withoutGiven(to)),
      }
    },
  )
}

function toFilter(query: ListQuery, caller: Viewer) {
  return {
    kinds: query.kind,
    states: query.state,
    messageStatuses: query.messageStatus ?? ['actual'],
    minLevel: query.minLevel,
    services: query.service,
    prefectures: query.prefecture,
    organisations: query.organisation,
    open: query.open,
    visibleTo: sightOf(caller),
  }
}

// Its own reports, and those of others with a label within its clearance.
function sightOf(caller: Viewer) {
  const { organisationId } = caller
  return { organisationId, tlps: tlpsWithin(audienceOf(caller, '')) }
}

async function find(
  { db }: ReadDeps,
  caller: Viewer,
  reportId: string,
  revision?: number,
): Promise<ReportView> {
  const row = await readRevision(db, reportId, revision)
  const view = row && viewOf(row, caller)
  if (!view) throw notFound()
  return view
}

function viewOf(row: StoredRevision, caller: Viewer): ReportView | undefined {
  return project(toRecordedReport(row), audienceOf(caller, row.organisationId))
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
