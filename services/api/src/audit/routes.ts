// GET /v1/audit: who has seen my objects, and what my own keys did. To its owner an entry tells which
// organisation looked, not with which key or from where.

import {
  type AuditFilter,
  type AuditPosition,
  type Db,
  listAudit,
  listReceivers,
  type Scope,
} from '@renkei/db'
import type { FastifyInstance } from 'fastify'
import { Readable } from 'node:stream'
import { badParameter } from '../problem/domain-error.ts'
import { auditDocs, exportDocs } from './audit-docs.ts'
import { toCursor, toPosition, viewEntry } from './audit-view.ts'

interface AuditQuery {
  object?: string
  action?: string
  from?: string
  to?: string
  cursor?: string
}

const scope = 'audit:read' as Scope
const ofTrail = { objectType: 'audit', ownedBy: 'caller' } as const

export function auditRoutes(
  app: FastifyInstance,
  { db }: { readonly db: Db },
  done: () => void,
): void {
  app.get<{ Querystring: AuditQuery & { limit: number } }>(
    '/v1/audit',
    { config: { scope, audit: { action: 'audit.read', ...ofTrail } }, schema: auditDocs },
    async ({ caller, query }) => {
      const page = { before: toPosition(query.cursor), limit: query.limit + 1 }
      const entries = await listAudit(db, toFilter(query, caller.organisationId), page)
      const shown = entries.slice(0, query.limit)
      const last = shown.at(-1)
      const receivers = await receiversOf(db, query, caller.organisationId)
      return {
        items: shown.map((entry) => viewEntry(entry, caller.organisationId)),
        ...(receivers && { receivers }),
        ...(entries.length > query.limit && last && { next: toCursor(last) }),
      }
    },
  )
  app.get<{ Querystring: AuditQuery }>(
    '/v1/audit/export',
    { config: { scope, audit: { action: 'audit.exported', ...ofTrail } }, schema: exportDocs },
    async ({ caller, query }, reply) => {
      const filter = toFilter(query, caller.organisationId)
      return reply
        .type('application/x-ndjson; charset=utf-8')
        .header('content-disposition', 'attachment; filename="audit.ndjson"')
        .send(Readable.from(lines(db, filter, toPosition(query.cursor))))
    },
  )
  done()
}

const receiversMax = 1000
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

// What was sent by webhook is no entry: to the owner of a report the first page tells it as well.
async function receiversOf(db: Db, { object = '', cursor }: AuditQuery, organisationId: string) {
  if (cursor !== undefined || !uuid.test(object)) return undefined
  return listReceivers(db, { reportId: object, organisationId }, receiversMax)
}

const stepRows = 1000
const exportedMax = 1_000_000

// Read as fast as the reader takes it; beyond the bound the last line says how to go on.
async function* lines(
  db: Db,
  filter: AuditFilter,
  start: AuditPosition | null,
): AsyncGenerator<string> {
  let before = start
  for (let sent = 0; sent < exportedMax; sent += stepRows) {
    const entries = await listAudit(db, filter, { before, limit: stepRows })
    for (const entry of entries) {
      yield `${JSON.stringify(viewEntry(entry, filter.organisationId))}\n`
    }
    before = entries.at(-1) ?? null
    if (!before || entries.length < stepRows) return
  }
  if (before) yield `${JSON.stringify({ next: toCursor(before) })}\n`
}

function toFilter(query: AuditQuery, organisationId: string): AuditFilter {
  const from = toInstant('from', query.from)
  const to = toInstant('to', query.to)
  return { organisationId, objectId: query.object, action: query.action, from, to }
}

function toInstant(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const instant = new Date(text)
  if (Number.isNaN(instant.getTime()))
    throw badParameter(name, 'date-time', `${name} is no instant.`)
  return instant
}
