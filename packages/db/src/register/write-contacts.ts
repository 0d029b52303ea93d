// Changes of the register of contacts. Who calls these holds the lock of the organisation
// (`lockOrganisation`), so that one transaction at a time reads and changes its contacts.

import { sql } from 'kysely'
import type { Tx } from '../open-database.ts'
import {
  type ContactHead,
  type ContactVault,
  type StoredContact,
  toColumns,
} from './contact-row.ts'

/** Stores a new contact. */
export async function insertContact(
  tx: Tx,
  vault: ContactVault,
  contact: StoredContact,
): Promise<void> {
  await tx
    .insertInto('contacts')
    .values({
      contact_id: contact.contactId,
      organisation_id: contact.organisationId,
      revision: contact.revision,
      call_order: contact.order,
      ...toColumns(contact.contactId, contact, vault),
      confirmed_at: contact.confirmedAt,
      confirmed_by: contact.confirmedBy,
      updated_at: contact.confirmedAt,
    })
    .execute()
}

/** Replaces a contact that is there by its new revision. */
export async function replaceContact(
  tx: Tx,
  vault: ContactVault,
  contact: StoredContact,
): Promise<void> {
  await tx
    .updateTable('contacts')
    .set({
      revision: contact.revision,
      call_order: contact.order,
      ...toColumns(contact.contactId, contact, vault),
      confirmed_at: contact.confirmedAt,
      confirmed_by: contact.confirmedBy,
      updated_at: contact.confirmedAt,
    })
    .where('contact_id', '=', contact.contactId)
    .execute()
}

/** Writes down that a contact was confirmed as it is, without opening it. */
export async function confirmContact(tx: Tx, contact: ContactHead): Promise<void> {
  await tx
    .updateTable('contacts')
    .set({
      revision: contact.revision,
      confirmed_at: contact.confirmedAt,
      confirmed_by: contact.confirmedBy,
      updated_at: contact.confirmedAt,
    })
    .where('contact_id', '=', contact.contactId)
    .execute()
}

/** Removes contacts, and what was asked of them. */
export async function deleteContacts(tx: Tx, contactIds: readonly string[]): Promise<void> {
  if (contactIds.length === 0) return
  await tx
    .deleteFrom('contacts')
    .where('contact_id', 'in', [...contactIds])
    .execute()
}

/** Gives contacts the places 1, 2, 3 … in the order of the list; what keeps its place stays as it is. */
export async function placeContacts(
  tx: Tx,
  contactIds: readonly string[],
  at: Date,
): Promise<void> {
  await sql`
    UPDATE contacts SET call_order = wanted.place, revision = revision + 1, updated_at = ${at}
    FROM unnest(${[...contactIds]}::uuid[]) WITH ORDINALITY AS wanted (contact_id, place)
    WHERE contacts.contact_id = wanted.contact_id AND call_order <> wanted.place`.execute(tx)
}
