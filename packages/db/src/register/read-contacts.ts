// Reading the register of contacts.

import type { RegisteredContactRole } from '@renkei/schema'
import { sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'
import { type ContactVault, fromRows, type StoredContact } from './contact-row.ts'

export interface ContactFilter {
  readonly organisationId?: string | undefined
  readonly role?: RegisteredContactRole | undefined
  /** Confirmed later than this. */
  readonly confirmedAfter?: Date | undefined
  /** Confirmed at this instant or earlier. */
  readonly confirmedUntil?: Date | undefined
}

/** A place in the order of the register: by organisation, then as they are to be called. */
export interface ContactPlace {
  readonly organisationId: string
  readonly order: number
}

/** Reads contacts in the order of the register, those after a place. */
export async function readContacts(
  db: Db | Tx,
  vault: ContactVault,
  filter: ContactFilter,
  page: { readonly after?: ContactPlace | undefined; readonly limit: number },
): Promise<StoredContact[]> {
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
  return fromRows(rows, vault)
}

/** Reads all contacts of an organisation, the first to call first. */
export async function readOwnContacts(
  db: Db | Tx,
  vault: ContactVault,
  organisationId: string,
): Promise<StoredContact[]> {
  const rows = await db
    .selectFrom('contacts')
    .selectAll()
    .where('organisation_id', '=', organisationId)
    .orderBy('call_order')
    .execute()
  return fromRows(rows, vault)
}

/** Reads one contact, whosever it is. */
export async function findContact(
  db: Db | Tx,
  vault: ContactVault,
  contactId: string,
): Promise<StoredContact | undefined> {
  const rows = await db
    .selectFrom('contacts')
    .selectAll()
    .where('contact_id', '=', contactId)
    .execute()
  const [contact] = await fromRows(rows, vault)
  return contact
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
