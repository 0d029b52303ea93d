// Adding, replacing, removing and confirming one contact of one's own.

import {
  confirmContact,
  type ContactHead,
  deleteContacts,
  insertContact,
  replaceContact,
  type StoredContact,
} from '@renkei/db'
import { type ContactRequest, type Fault, parseContactRequest } from '@renkei/schema'
import type { FastifyRequest } from 'fastify'
import { DomainError } from '../problem/domain-error.ts'
import { changeRegister, invalidEntry, type OpenRegister, ownContact } from './change-register.ts'
import { contentOf, differingParts, naturalKey } from './content.ts'
import { requireMatch, respectMatch } from '../if-match.ts'
import type { RegisterDeps } from './register-deps.ts'

/** Adds a contact, last unless it says where; who adds it confirms it. */
export async function addContact(
  request: FastifyRequest,
  deps: RegisterDeps,
): Promise<StoredContact> {
  const wanted = parsed(request.body)
  return changeRegister(request, deps, async (register) => {
    const { tx, at, organisationId, heads } = register
    if (heads.length >= deps.contactsPerOrganisationMax) throw tooMany(heads.length)
    refuseTaken(register, wanted)
    const contact: StoredContact = {
      contactId: deps.newId(),
      organisationId,
      revision: 1,
      order: wanted.order ?? firstFreePlace(heads),
      ...contentOf(wanted),
      confirmedAt: at,
      confirmedBy: request.caller.keyId,
    }
    await insertContact(tx, deps.vault, contact)
    return { result: contact, entry: { action: 'contact.added', objectId: contact.contactId } }
  })
}

/** Replaces a contact, also one that does not open; who replaces it confirms it. Without an order it keeps its place. */
export async function changeContact(
  contactId: string,
  request: FastifyRequest,
  deps: RegisterDeps,
): Promise<StoredContact> {
  const wanted = parsed(request.body)
  return changeRegister(request, deps, async (register) => {
    const before = ownContact(register, contactId)
    requireMatch(request, String(before.revision))
    refuseTaken(register, wanted, contactId)
    const content = contentOf(wanted)
    const contact: StoredContact = {
      ...before,
      ...content,
      order: wanted.order ?? before.order,
      ...confirmedNow(before, register, request),
    }
    await replaceContact(register.tx, deps.vault, contact)
    const moved = contact.order === before.order ? [] : ['order']
    const opened = register.contacts.find((one) => one.contactId === contactId)
    const detail = { parts: [...differingParts(opened, content), ...moved] }
    return { result: contact, entry: { action: 'contact.changed', objectId: contactId, detail } }
  })
}

/** Removes a contact for good. */
export async function removeContact(
  contactId: string,
  request: FastifyRequest,
  deps: RegisterDeps,
): Promise<void> {
  await changeRegister(request, deps, async (register) => {
    requireMatch(request, String(ownContact(register, contactId).revision))
    await deleteContacts(register.tx, [contactId])
    return { result: undefined, entry: { action: 'contact.removed', objectId: contactId } }
  })
}

/**
 * Confirms that a contact is right as it is; with If-Match only if it is still what was read. Gives
 * its new revision, and the contact itself when it opens.
 */
export async function confirm(
  contactId: string,
  request: FastifyRequest,
  deps: RegisterDeps,
): Promise<{ readonly revision: number; readonly contact: StoredContact | undefined }> {
  return changeRegister(request, deps, async (register) => {
    const before = ownContact(register, contactId)
    respectMatch(request, String(before.revision))
    const confirmed = confirmedNow(before, register, request)
    await confirmContact(register.tx, { ...before, ...confirmed })
    const opened = register.contacts.find((one) => one.contactId === contactId)
    const result = {
      revision: confirmed.revision,
      contact: opened && { ...opened, ...confirmed },
    }
    return { result, entry: { action: 'contact.confirmed', objectId: contactId } }
  })
}

function parsed(body: unknown): ContactRequest {
  const result = parseContactRequest(body)
  if (!result.ok) throw invalidEntry(result.faults)
  return result.request
}

function confirmedNow(
  { revision }: ContactHead,
  { at }: OpenRegister,
  { caller }: FastifyRequest,
): Pick<StoredContact, 'revision' | 'confirmedAt' | 'confirmedBy'> {
  return { revision: revision + 1, confirmedAt: at, confirmedBy: caller.keyId }
}

/** The refusal of more contacts than an organisation may have. */
export function tooMany(count: number): DomainError {
  return new DomainError(
    'limit-reached',
    `Your organisation would have more contacts than it may; it has ${count}.`,
  )
}

function firstFreePlace(contacts: readonly ContactHead[]): number {
  const last = contacts.at(-1)?.order ?? 0
  if (last < placeMax) return last + 1
  const taken = new Set(contacts.map(({ order }) => order))
  for (let place = 1; ; place += 1) if (!taken.has(place)) return place
}

const placeMax = 1000

function refuseTaken(
  { heads, contacts }: OpenRegister,
  wanted: ContactRequest,
  own?: string,
): void {
  const isOther = ({ contactId }: ContactHead) => contactId !== own
  const faults: Fault[] = []
  if (contacts.filter(isOther).some((other) => naturalKey(other) === naturalKey(wanted))) {
    faults.push({
      pointer: '/name',
      rule: 'contact.duplicate',
      detail: '/name is the name of another contact of your organisation with this role.',
      expected: 'role and name together once in an organisation',
    })
  }
  if (heads.filter(isOther).some(({ order }) => order === wanted.order)) {
    faults.push({
      pointer: '/order',
      rule: 'order.taken',
      detail: '/order is the place of another contact.',
      expected: 'a free place, or PUT /v1/contacts/order to put all in a new order',
    })
  }
  if (faults.length > 0) throw invalidEntry(faults)
}
