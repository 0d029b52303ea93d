// The register as a file: export and import, JSON and CSV. The one place that takes CSV as a body.

import { readOwnContacts, type Scope } from '@renkei/db'
import type { RegisteredContact } from '@renkei/schema'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from '../auth/auth.ts'
import { docs } from './contact-docs.ts'
import { writeCsv } from './csv/write-csv.ts'
import { quoted } from '../if-match.ts'
import { tagOfRegister } from './register-tag.ts'
import { importContacts, type ImportQuery } from './import-contacts.ts'
import { audits, shownContact } from './register-audit.ts'
import type { RegisterDeps } from './register-deps.ts'
import { collectContacts } from './search-contacts.ts'
import { namedUnreadable, toContact } from './views.ts'

const importBytesMax = 1_048_576

/** All that an organisation may see, for the day on which Renkei cannot be reached. */
const exportedMax = 20_000

interface ExportQuery {
  readonly format: 'json' | 'csv'
  readonly of: 'own' | 'all'
}

/** Registers /v1/contacts/export and /v1/contacts/import. */
export function fileRoutes(app: FastifyInstance, deps: RegisterDeps, done: () => void): void {
  const read = { scope: 'reports:read' as Scope, audit: audits.export }
  const write = { scope: 'contacts:write' as Scope, audit: audits.import }
  app.addContentTypeParser(
    'text/csv',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      Object.defineProperty(request, 'rawBody', { value: body })
      await request.beforeParse?.()
      return body
    },
  )
  app.get<{ Querystring: ExportQuery }>(
    '/v1/contacts/export',
    { config: read, schema: docs.export },
    async ({ caller, query, shown }, reply) => {
      const { contacts, ...unreadable } =
        query.of === 'own'
          ? await ownContacts(caller, reply, deps)
          : { contacts: await collectContacts(caller, exportedMax, deps) }
      shown.push(...contacts.map((view) => shownContact(view, caller, deps)))
      if (query.format === 'json') return { contacts, ...unreadable }
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="contacts.csv"')
        .serializer(String)
        .send(writeCsv(contacts))
    },
  )
  app.post<{ Querystring: ImportQuery }>(
    '/v1/contacts/import',
    { config: write, bodyLimit: importBytesMax, schema: docs.import },
    async (request, reply) => {
      const { report, tag } = await importContacts(request, request.query, deps)
      return reply.header('etag', quoted(tag)).send(report)
    },
  )
  done()
}

async function ownContacts(
  caller: Caller,
  reply: FastifyReply,
  deps: RegisterDeps,
): Promise<{ contacts: RegisteredContact[]; unreadable?: string[] }> {
  const own = await readOwnContacts(deps.db, deps.vault, caller.organisationId)
  void reply.header('etag', quoted(tagOfRegister(own.heads)))
  const contacts = own.contacts.map((contact) => toContact(contact, deps))
  return { contacts, ...namedUnreadable(own) }
}
