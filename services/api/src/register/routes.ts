// The HTTP side of the register of organisations and contacts.

import { findContact, findOrganisation, type Scope, type StoredContact } from '@renkei/db'
import { mayLookAt, type Organisation } from '@renkei/schema'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { RouteAudit } from '../audit/route-audit.ts'
import type { Caller } from '../auth/auth.ts'
import { DomainError } from '../problem/domain-error.ts'
import { addContact, changeContact, confirm, removeContact } from './change-contact.ts'
import { changeOrganisation } from './change-organisation.ts'
import { fileRoutes } from './file-routes.ts'
import { quoted } from '../if-match.ts'
import { type ContactOrderView, readOrder, reorder } from './order-contacts.ts'
import { organisationDocs } from './organisation-docs.ts'
import { audits, shownContact, shownOrganisation } from './register-audit.ts'
import type { RegisterDeps } from './register-deps.ts'
import { docs } from './contact-docs.ts'
import { type ContactsQuery, searchContacts } from './search-contacts.ts'
import { listOrganisations, type OrganisationsQuery } from './search-organisations.ts'
import { toContact, viewContact, viewOrganisation } from './views.ts'

// Whoever reads reports needs to know whom to call about them; keeping contacts is a right of its own.
const read = (audit: RouteAudit) => ({ scope: 'reports:read' as Scope, audit })
const write = (audit: RouteAudit) => ({ scope: 'contacts:write' as Scope, audit })

type ById = { Params: { contactId: string } }
type ByOrganisation = { Params: { organisationId: string } }

/** Registers all addresses below /v1/organisations and /v1/contacts. */
export function registerRoutes(app: FastifyInstance, deps: RegisterDeps, done: () => void): void {
  organisationRoutes(app, deps)
  orderRoutes(app, deps)
  const sendOwn = sendContact(deps)
  const base = '/v1/contacts'
  const one = `${base}/:contactId`
  app.get<{ Querystring: ContactsQuery }>(
    base,
    { config: read(audits.list), schema: docs.list },
    async ({ caller, query, shown }) => {
      const page = await searchContacts(query, caller, deps)
      shown.push(...page.items.map((view) => shownContact(view, caller, deps)))
      return page
    },
  )
  app.post(base, { config: write(audits.create), schema: docs.create }, async (request, reply) => {
    const contact = await addContact(request, deps)
    void reply.code(201).header('location', `${base}/${contact.contactId}`)
    return sendOwn(reply, contact)
  })
  app.get<ById>(one, { config: read(audits.read), schema: docs.read }, async (request, reply) => {
    const { caller, params, shown } = request
    const view = await findView(params.contactId, caller, deps)
    if (!view) throw new DomainError('not-found', 'There is no such contact.')
    shown.push(shownContact(view, caller, deps))
    return reply.header('etag', quoted(String(view.revision))).send(view)
  })
  app.put<ById>(
    one,
    { config: write(audits.replace), schema: docs.replace },
    async (request, reply) =>
      sendOwn(reply, await changeContact(request.params.contactId, request, deps)),
  )
  app.delete<ById>(
    one,
    { config: write(audits.remove), schema: docs.remove },
    async (request, reply) => {
      await removeContact(request.params.contactId, request, deps)
      return reply.code(204).send()
    },
  )
  app.post<ById>(
    `${one}/confirm`,
    { config: write(audits.confirm), schema: docs.confirm },
    async (request, reply) => {
      const { contact, revision } = await confirm(request.params.contactId, request, deps)
      if (contact) return sendOwn(reply, contact)
      return reply
        .code(204)
        .header('etag', quoted(String(revision)))
        .send()
    },
  )
  void app.register(fileRoutes, deps)
  done()
}

function organisationRoutes(app: FastifyInstance, deps: RegisterDeps): void {
  const base = '/v1/organisations'
  const one = `${base}/:organisationId`
  app.get<{ Querystring: OrganisationsQuery }>(
    base,
    { config: read(audits.listOrganisations), schema: organisationDocs.list },
    async ({ caller, query, shown }) => {
      const page = await listOrganisations(query, caller, deps)
      shown.push(...page.items.map(shownOrganisation))
      return page
    },
  )
  app.get<ByOrganisation>(
    one,
    { config: read(audits.readOrganisation), schema: organisationDocs.read },
    async ({ caller, params, shown }, reply) => {
      const entry = await findOrganisation(deps.db, params.organisationId)
      const view = entry && viewOrganisation(entry, caller)
      if (!view) throw new DomainError('not-found', 'There is no such organisation.')
      shown.push(shownOrganisation(view))
      return sendOrganisation(reply, view)
    },
  )
  app.patch<ByOrganisation>(
    one,
    { config: write(audits.changeOrganisation), schema: organisationDocs.patch },
    async (request, reply) => {
      const entry = await changeOrganisation(request.params.organisationId, request, deps)
      return sendOrganisation(reply, viewOrganisation(entry, request.caller))
    },
  )
}

function orderRoutes(app: FastifyInstance, deps: RegisterDeps): void {
  const path = '/v1/contacts/order'
  app.get(
    path,
    { config: write(audits.readOrder), schema: docs.readOrder },
    async ({ caller }, reply) => sendOrder(reply, await readOrder(caller, deps)),
  )
  app.put(path, { config: write(audits.reorder), schema: docs.reorder }, async (request, reply) =>
    sendOrder(reply, await reorder(request, deps)),
  )
}

async function findView(contactId: string, caller: Caller, deps: RegisterDeps) {
  await deps.sharing.refresh(deps.db)
  const { organisationId } = caller
  const contact = await findContact(deps.db, deps.vault, contactId, (one) =>
    mayLookAt(one, caller, deps.sharing.find(one.organisation, organisationId)),
  )
  return contact && viewContact(contact, caller, deps)
}

function sendContact(deps: RegisterDeps) {
  return (reply: FastifyReply, contact: StoredContact) =>
    reply.header('etag', quoted(String(contact.revision))).send(toContact(contact, deps))
}

function sendOrganisation(reply: FastifyReply, view: Organisation | undefined) {
  return reply.header('etag', quoted(String(view?.revision))).send(view)
}

function sendOrder(reply: FastifyReply, { tag, ...order }: ContactOrderView) {
  return reply.header('etag', quoted(tag)).send(order)
}
