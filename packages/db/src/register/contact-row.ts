// A contact between its row and the code: names, channels and remarks are sealed on the way in and
// opened on the way out, each bound to its column and its contact.

import type { ContactChannel, ContactHours, ContactValidity } from '@renkei/schema'
import type { RegisteredContactRole, Tlp } from '@renkei/schema'
import type { Insertable, Selectable } from 'kysely'
import type { Tables } from '../tables.ts'

/** The part of the vault that the register needs. */
export interface ContactVault {
  seal(plain: string, context: string): string
  open(sealed: string, context: string): Buffer
  fetchKeys(sealed: readonly string[]): Promise<void>
  /** Told of what stays closed. */
  readonly onFault: (error: unknown) => void
}

/** What an organisation says of a contact. */
export interface ContactContent {
  readonly role: RegisteredContactRole
  readonly name: string
  readonly channels: readonly ContactChannel[]
  readonly hours: ContactHours
  readonly languages: readonly string[]
  readonly remark: string | null
  readonly tlp: Tlp
  readonly validity: ContactValidity | null
}

/** Who says that a contact is right, and when. */
export interface Confirmed {
  readonly confirmedAt: Date
  readonly confirmedBy: string
}

/** What is known of a contact without opening it. */
export interface ContactHead extends Confirmed, Pick<ContactContent, 'role' | 'tlp'> {
  readonly contactId: string
  readonly organisationId: string
  readonly revision: number
  readonly order: number
}

export interface StoredContact extends ContactContent, ContactHead {}

type Row = Selectable<Tables['contacts']>

/** The columns of what an organisation says, sealed where they must be. */
export function toColumns(contactId: string, content: ContactContent, vault: ContactVault) {
  const seal = (column: SealedColumn, text: string) =>
    vault.seal(text, contextOf(column, contactId))
  return {
    role: content.role,
    tlp: content.tlp,
    name: seal('name', content.name),
    channels: seal('channels', JSON.stringify(content.channels)),
    remark: content.remark === null ? null : seal('remark', content.remark),
    hours: JSON.stringify(content.hours),
    languages: [...content.languages],
    validity: content.validity === null ? null : JSON.stringify(content.validity),
  } satisfies Partial<Insertable<Tables['contacts']>>
}

/** Opens a row; rejects when it was changed or moved. */
export async function openRow(row: Row, vault: ContactVault): Promise<StoredContact> {
  await fetchKeysOf([row], vault)
  return fromRow(row, vault)
}

/** Opens the rows that open; of the others the process is told. */
export async function fromSoundRows(
  rows: readonly Row[],
  vault: ContactVault,
): Promise<StoredContact[]> {
  await fetchKeysOf(rows, vault)
  return rows.flatMap((row) => {
    try {
      return [fromRow(row, vault)]
    } catch (error) {
      vault.onFault(error)
      return []
    }
  })
}

async function fetchKeysOf(rows: readonly Row[], vault: ContactVault): Promise<void> {
  await vault.fetchKeys(
    rows.flatMap(({ name, channels, remark }) => [name, channels, ...(remark ? [remark] : [])]),
  )
}

function fromRow(row: Row, vault: ContactVault): StoredContact {
  const open = (column: SealedColumn, sealed: string) =>
    vault.open(sealed, contextOf(column, row.contact_id)).toString('utf8')
  return {
    ...headOf(row),
    name: open('name', row.name),
    channels: JSON.parse(open('channels', row.channels)) as ContactChannel[],
    hours: row.hours as ContactHours,
    languages: row.languages,
    remark: row.remark === null ? null : open('remark', row.remark),
    validity: row.validity,
  }
}

/** Reads what is not sealed. */
export function headOf(row: Row): ContactHead {
  return {
    contactId: row.contact_id,
    organisationId: row.organisation_id,
    revision: row.revision,
    order: row.call_order,
    role: row.role as RegisteredContactRole,
    tlp: row.tlp as Tlp,
    confirmedAt: row.confirmed_at,
    confirmedBy: row.confirmed_by,
  }
}

type SealedColumn = 'name' | 'channels' | 'remark'

function contextOf(column: SealedColumn, contactId: string): string {
  return `contacts/${column}/${contactId}`
}
