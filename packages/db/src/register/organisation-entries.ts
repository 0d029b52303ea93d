// The entries of organisations in the register: what they are called and known by.

import type { RegisteredCode } from '@renkei/schema'
import { type Selectable, sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'
import type { OrganisationKind, Tables } from '../tables.ts'

export interface OrganisationEntry {
  readonly organisationId: string
  readonly name: string
  readonly nameJa: string | null
  readonly kind: OrganisationKind
  readonly codes: readonly RegisteredCode[]
  readonly revision: number
  readonly updatedAt: Date
}

export interface OrganisationSearch {
  /** Part of an identifier or a name; half and full width, small and large letters are the same. */
  readonly text?: string | undefined
  readonly kind?: OrganisationKind | undefined
  /** The value of one of its codes, in whatever scheme. */
  readonly code?: string | undefined
  readonly organisationId?: string | undefined
}

/** Lists entries by identifier, those after one. */
export async function searchOrganisations(
  db: Db,
  search: OrganisationSearch,
  page: { readonly after?: string | undefined; readonly limit: number },
): Promise<OrganisationEntry[]> {
  let query = db.selectFrom('organisations').selectAll()
  const { text, kind, code, organisationId } = search
  if (organisationId !== undefined) query = query.where('organisation_id', '=', organisationId)
  if (kind) query = query.where('kind', '=', kind)
  if (code !== undefined) {
    query = query.where(sql<boolean>`codes @> ${JSON.stringify([{ value: code }])}::jsonb`)
  }
  if (text !== undefined) {
    const part = `%${text.normalize('NFKC').replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
    query = query.where(
      sql<boolean>`normalize(concat_ws(E'\n', organisation_id, name, name_ja), NFKC) ILIKE ${part}`,
    )
  }
  if (page.after !== undefined) query = query.where('organisation_id', '>', page.after)
  const rows = await query.orderBy('organisation_id').limit(page.limit).execute()
  return rows.map(fromRow)
}

/** Reads one entry; `forUpdate` keeps other writers out until the transaction ends. */
export async function findOrganisation(
  db: Db | Tx,
  organisationId: string,
  options: { forUpdate?: boolean } = {},
): Promise<OrganisationEntry | undefined> {
  const query = db
    .selectFrom('organisations')
    .selectAll()
    .where('organisation_id', '=', organisationId)
  const row = await (options.forUpdate ? query.forNoKeyUpdate() : query).executeTakeFirst()
  return row && fromRow(row)
}

export type OrganisationChange = Partial<
  Pick<OrganisationEntry, 'name' | 'nameJa' | 'codes' | 'kind'>
>

/** Changes an entry and gives it as it is then; rejects when there is none. */
export async function updateOrganisation(
  db: Db | Tx,
  organisationId: string,
  change: OrganisationChange,
  at: Date,
): Promise<OrganisationEntry> {
  const row = await db
    .updateTable('organisations')
    .set((eb) => ({
      ...(change.name !== undefined && { name: change.name }),
      ...(change.nameJa !== undefined && { name_ja: change.nameJa }),
      ...(change.codes && { codes: sql<object>`${JSON.stringify(change.codes)}::jsonb` }),
      ...(change.kind && { kind: change.kind }),
      revision: eb('revision', '+', 1),
      updated_at: at,
    }))
    .where('organisation_id', '=', organisationId)
    .returningAll()
    .executeTakeFirstOrThrow()
  return fromRow(row)
}

function fromRow(row: Selectable<Tables['organisations']>): OrganisationEntry {
  return {
    organisationId: row.organisation_id,
    name: row.name,
    nameJa: row.name_ja,
    kind: row.kind,
    codes: row.codes as RegisteredCode[],
    revision: row.revision,
    updatedAt: row.updated_at,
  }
}
