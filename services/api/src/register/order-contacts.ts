// The order in which the contacts of an organisation are to be called, as a whole.

import { placeContacts, readOwnContacts, type StoredContact } from '@renkei/db'
import { parseContactOrder } from '@renkei/schema'
import type { FastifyRequest } from 'fastify'
import type { Caller } from '../auth/auth.ts'
import { changeRegister, invalidEntry } from './change-register.ts'
import { requireMatch, tagOfRegister } from './if-match.ts'
import type { RegisterDeps } from './register-deps.ts'

export interface ContactOrderView {
  readonly order: readonly string[]
  /** The tag of the register in this state. */
  readonly tag: string
}

/** Reads the order of the caller's own contacts. */
export async function readOrder(caller: Caller, deps: RegisterDeps): Promise<ContactOrderView> {
  return viewOf(await readOwnContacts(deps.db, deps.vault, caller.organisationId))
}

/** Puts all contacts into a new order at once; refuses a list that leaves one out or adds one. */
export async function reorder(
  request: FastifyRequest,
  deps: RegisterDeps,
): Promise<ContactOrderView> {
  const parsed = parseContactOrder(request.body)
  if (!parsed.ok) throw invalidEntry(parsed.faults)
  const { order } = parsed
  return changeRegister(request, deps, async ({ tx, at, organisationId, contacts }) => {
    requireMatch(request, tagOfRegister(contacts))
    const own = new Set(contacts.map(({ contactId }) => contactId))
    if (order.length !== own.size || !order.every((contactId) => own.has(contactId))) {
      const detail = '/order does not have every contact of your organisation once and no other.'
      const expected = `the ${own.size} identifiers that GET /v1/contacts/order gives`
      throw invalidEntry([{ pointer: '/order', rule: 'order.complete', detail, expected }])
    }
    await placeContacts(tx, order, at)
    const result = viewOf(await readOwnContacts(tx, deps.vault, organisationId))
    const action = 'contact.reordered'
    return { result, entry: { action, objectId: organisationId, detail: { order } } }
  })
}

function viewOf(contacts: readonly StoredContact[]): ContactOrderView {
  return { order: contacts.map(({ contactId }) => contactId), tag: tagOfRegister(contacts) }
}
