// Searching the contacts of everybody whose contacts the caller may see. Names and numbers are sealed
// in the database, so text is compared here, batch by batch, and a page ends when it is full or when
// enough was looked at.

import { type ContactFilter, type ContactPlace, readContacts } from '@renkei/db'
import {
  confirmationBounds,
  mayLookAt,
  type ContactConfirmationState,
  type RegisteredContact,
} from '@renkei/schema'
import type { RegisteredContactRole } from '@renkei/schema'
import type { Caller } from '../auth/auth.ts'
import { badParameter, DomainError } from '../problem/domain-error.ts'
import type { RegisterDeps } from './register-deps.ts'
import { viewContact } from './views.ts'

export interface ContactSearch {
  readonly organisation?: string
  readonly role?: RegisteredContactRole
  readonly state?: ContactConfirmationState
  readonly q?: string
}

export interface ContactsQuery extends ContactSearch {
  readonly cursor?: string
  readonly limit: number
}

const batchSize = 200
const lookedAtMax = 2000
const cursorTextMax = 63 + 1 + 4

/** Gives a page of what the caller may see; it may be short, or empty, and still have a next one. */
export async function searchContacts(
  query: ContactsQuery,
  caller: Caller,
  deps: RegisterDeps,
): Promise<{ items: RegisteredContact[]; next?: string }> {
  await deps.sharing.refresh(deps.db)
  const found: { view: RegisteredContact; place: ContactPlace }[] = []
  let after = query.cursor === undefined ? undefined : await readCursor(query.cursor, deps)
  for (let lookedAt = 0; lookedAt < lookedAtMax; lookedAt += batchSize) {
    const page = { after, limit: batchSize }
    const batch = await readContacts(deps.db, deps.vault, filterOf(query, caller, deps), page)
    for (const contact of batch.contacts) {
      const view = viewContact(contact, caller, deps)
      if (view && matches(view, query.q)) found.push({ view, place: contact })
    }
    const items = found.slice(0, query.limit).map(({ view }) => view)
    if (found.length > query.limit) {
      return { items, next: writeCursor(found[query.limit - 1]?.place, deps) }
    }
    if (!batch.end) return { items }
    after = batch.end
  }
  return { items: found.map(({ view }) => view), next: writeCursor(after, deps) }
}

/** Gives all that the caller may see; refuses to give a part when it is more than `max` contacts. */
export async function collectContacts(
  caller: Caller,
  max: number,
  deps: RegisterDeps,
): Promise<RegisteredContact[]> {
  const collected: RegisteredContact[] = []
  let cursor: string | undefined
  do {
    const page = await searchContacts(
      { limit: batchSize, ...(cursor !== undefined && { cursor }) },
      caller,
      deps,
    )
    collected.push(...page.items)
    cursor = page.next
    if (collected.length > max) {
      throw new DomainError(
        'limit-reached',
        `You may see more than ${max} contacts; read them in pages.`,
      )
    }
  } while (cursor !== undefined)
  return collected
}

function filterOf(query: ContactSearch, caller: Caller, deps: RegisterDeps): ContactFilter {
  const { dueFrom, overdueFrom } = confirmationBounds(deps.clock.now(), deps.contactConfirmDays)
  const byState = {
    confirmed: { confirmedAfter: dueFrom },
    due: { confirmedUntil: dueFrom, confirmedAfter: overdueFrom },
    overdue: { confirmedUntil: overdueFrom },
  }
  return {
    organisationId: query.organisation,
    role: query.role,
    maySee: (contact) =>
      mayLookAt(contact, caller, deps.sharing.find(contact.organisation, caller.organisationId)),
    ...(query.state && byState[query.state]),
  }
}

function matches(contact: RegisteredContact, text: string | undefined): boolean {
  if (text === undefined) return true
  const { organisation, name, remark = '', channels } = contact
  const values = channels.flatMap(({ value, note = '' }) => [value, note])
  const part = folded(text)
  if ([organisation, name, remark, ...values].some((value) => folded(value).includes(part))) {
    return true
  }
  // However its parts are joined: 03-0000-0000 and 0300000000 are one number.
  const digits = /^[+\d ()-]+$/.test(part) ? digitsOf(part) : ''
  return digits.length >= 4 && values.some((value) => digitsOf(value).includes(digits))
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}

function digitsOf(text: string): string {
  return text.normalize('NFKC').replaceAll(/\D/g, '')
}

const cursorContext = 'cursor/contacts'

// Sealed, and as long as any other: how far was looked may be the place of a contact that is hidden.
function writeCursor(place: ContactPlace | undefined, { vault }: RegisterDeps): string {
  if (!place) return ''
  return vault.seal(`${place.organisationId}:${place.order}`.padEnd(cursorTextMax), cursorContext)
}

async function readCursor(cursor: string, { vault }: RegisterDeps): Promise<ContactPlace> {
  await vault.fetchKeys([cursor])
  const [, organisationId, order] = /^([a-z0-9-]{2,63}):([0-9]{1,4}) *$/.exec(opened(cursor)) ?? []
  if (organisationId === undefined || order === undefined) {
    throw badParameter('cursor', 'form', 'The cursor must be the `next` of a page.')
  }
  return { organisationId, order: Number(order) }

  function opened(text: string): string {
    try {
      return vault.open(text, cursorContext).toString('utf8')
    } catch {
      return ''
    }
  }
}
