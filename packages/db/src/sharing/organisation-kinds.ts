// What organisations are, by which they are an audience.

import type { Db } from '../open-database.ts'
import type { OrganisationKind } from '../tables.ts'

/** Reads the kinds of organisations; those that do not exist are left out. */
export async function readOrganisationKinds(
  db: Db,
  organisationIds: readonly string[],
): Promise<Map<string, OrganisationKind>> {
  if (organisationIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('organisations')
    .select(['organisation_id', 'kind'])
    .where('organisation_id', 'in', organisationIds)
    .execute()
  return new Map(rows.map((row) => [row.organisation_id, row.kind]))
}
