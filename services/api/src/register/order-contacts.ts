// The order in which the contacts of an organisation are to be called, as a whole.

import { type OwnContacts, placeContacts, readOwnContacts } from '@renkei/db'
import { parseContactOrder } from '@renkei/schema'
import type { FastifyRequest } from 'fastify'
import type { Caller } from '../auth/auth.ts'
import { changeRegister, invalidEntry } from './change-register.ts'
import { requireMatch } from '../if-match.ts'
import { tagOfRegister } from './register-tag.ts'
import type { RegisterDeps } from './register-deps.ts'
import { namedUnreadable } from './views.ts'

export interface ContactOrderView {
  /** Every contact, also one that does not open. */
  readonly order: readonly string[]
  readonly unreadable?: readonly string[]
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
  return changeRegister(request, deps, async ({ tx, at, organisationId, heads }) => {
    requireMatch(request, tagOfRegister(heads))
    const own = new Set(heads.map(({ contactId }) => contactId))
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

function viewOf(own: OwnContacts): ContactOrderView {
  const order = own.heads.map(({ contactId }) => contactId)
  return { order, ...namedUnreadable(own), tag: tagOfRegister(own.heads) }
}
