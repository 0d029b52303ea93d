// Whose keys were claimed by those who could not prove them: their organisations want to know.

import { sql } from 'kysely'
import type { Db } from '../open-database.ts'

/** Finds the organisations of keys, live or not; a key that never was is left out. */
export async function findKeyOwners(
  db: Db,
  keyIds: readonly string[],
): Promise<Map<string, string>> {
  if (keyIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('api_keys')
    .select(['key_id', 'organisation_id'])
    .where('key_id', '=', sql<string>`ANY(${[...keyIds]}::text[])`)
    .execute()
  return new Map(rows.map((row) => [row.key_id, row.organisation_id]))
}
