// Reading the register of contacts.

import type { RegisteredContactRole, Tlp } from '@renkei/schema'
import { sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'
import {
  type ContactHead,
  type ContactVault,
  fromSoundRows,
  headOf,
  openRow,
  type StoredContact,
} from './contact-row.ts'

export interface ContactFilter {
  readonly organisationId?: string | undefined
  readonly role?: RegisteredContactRole | undefined
  /** Confirmed later than this. */
  readonly confirmedAfter?: Date | undefined
  /** Confirmed at this instant or earlier. */
  readonly confirmedUntil?: Date | undefined
  /** Who may not see a contact has it not even opened. */
  readonly maySee: (contact: { readonly organisation: string; readonly tlp: Tlp }) => boolean
}

/** A place in the order of the register: by organisation, then as they are to be called. */
export interface ContactPlace {
  readonly organisationId: string
  readonly order: number
}

/**
 * Reads contacts in the order of the register, those after a place, and how far it looked; `end` is
 * absent when there was nothing more. One that does not open is left out: it must not hide the others.
 */
export async function readContacts(
  db: Db | Tx,
  vault: ContactVault,
  filter: ContactFilter,
  page: { readonly after?: ContactPlace | undefined; readonly limit: number },
): Promise<{ contacts: StoredContact[]; end?: ContactPlace }> {
  let query = db.selectFrom('contacts').selectAll()
  if (filter.organisationId !== undefined) {
    query = query.where('organisation_id', '=', filter.organisationId)
  }
  if (filter.role) query = query.where('role', '=', filter.role)
  if (filter.confirmedAfter) query = query.where('confirmed_at', '>', filter.confirmedAfter)
  if (filter.confirmedUntil) query = query.where('confirmed_at', '<=', filter.confirmedUntil)
  if (page.after) {
    const { organisationId, order } = page.after
    query = query.where(
      sql<boolean>`(organisation_id, call_order) > (${organisationId}, ${order}::int)`,
    )
  }
  const rows = await query
    .orderBy('organisation_id')
    .orderBy('call_order')
    .limit(page.limit)
    .execute()
  const seen = rows.filter(({ organisation_id: organisation, tlp }) =>
    filter.maySee({ organisation, tlp: tlp as Tlp }),
  )
  const last = rows.length < page.limit ? undefined : rows.at(-1)
  return {
    contacts: await fromSoundRows(seen, vault),
    ...(last && { end: { organisationId: last.organisation_id, order: last.call_order } }),
  }
}

/** The contacts of one organisation, the first to call first. */
export interface OwnContacts {
  /** All of them, unopened. */
  readonly heads: readonly ContactHead[]
  /** Those that open. */
  readonly contacts: readonly StoredContact[]
  /** Those that do not. */
  readonly unreadable: readonly ContactHead[]
}

/** Reads all contacts of an organisation; one that does not open is named and keeps none of the others. */
export async function readOwnContacts(
  db: Db | Tx,
  vault: ContactVault,
  organisationId: string,
): Promise<OwnContacts> {
  const rows = await db
    .selectFrom('contacts')
    .selectAll()
    .where('organisation_id', '=', organisationId)
    .orderBy('call_order')
    .execute()
  const contacts = await fromSoundRows(rows, vault)
  const sound = new Set(contacts.map(({ contactId }) => contactId))
  const heads = rows.map(headOf)
  return { heads, contacts, unreadable: heads.filter(({ contactId }) => !sound.has(contactId)) }
}

/** Reads the contacts of several organisations that open, each in the order in which they are called. */
export async function readContactsOf(
  db: Db,
  vault: ContactVault,
  organisationIds: readonly string[],
): Promise<ReadonlyMap<string, StoredContact[]>> {
  if (organisationIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('contacts')
    .selectAll()
    .where('organisation_id', 'in', organisationIds)
    .orderBy('organisation_id')
    .orderBy('call_order')
    .execute()
  const contacts = await fromSoundRows(rows, vault)
  return Map.groupBy(contacts, ({ organisationId }) => organisationId)
}

/** Reads one contact if it may be seen; rejects when it does not open. */
export async function findContact(
  db: Db | Tx,
  vault: ContactVault,
  contactId: string,
  maySee: ContactFilter['maySee'],
): Promise<StoredContact | undefined> {
  const row = await db
    .selectFrom('contacts')
    .selectAll()
    .where('contact_id', '=', contactId)
    .executeTakeFirst()
  if (!row || !maySee({ organisation: row.organisation_id, tlp: row.tlp as Tlp })) return undefined
  return openRow(row, vault)
}

/** Counts the contacts of the whole register by the instants at which states of confirmation change. */
export async function countContacts(
  db: Db,
  { dueFrom, overdueFrom }: { readonly dueFrom: Date; readonly overdueFrom: Date },
): Promise<Record<'confirmed' | 'due' | 'overdue', number>> {
  const { rows } = await sql<Record<'confirmed' | 'due' | 'overdue', number>>`
    SELECT count(*) FILTER (WHERE confirmed_at > ${dueFrom}) AS confirmed,
      count(*) FILTER (WHERE confirmed_at <= ${dueFrom} AND confirmed_at > ${overdueFrom}) AS due,
      count(*) FILTER (WHERE confirmed_at <= ${overdueFrom}) AS overdue
    FROM contacts`.execute(db)
  return rows[0] ?? { confirmed: 0, due: 0, overdue: 0 }
}
