// The last use of keys, written many at a time and behind the requests.

import { sql } from 'kysely'
import type { Db } from '../open-database.ts'

export interface KeyUse {
  readonly keyId: string
  readonly at: Date
  readonly address: string
}

/** Writes the last use of API keys; a key that is being changed at the moment is passed over. */
export async function recordKeyUse(db: Db, uses: readonly KeyUse[]): Promise<void> {
  if (uses.length === 0) return
  const ids = uses.map(({ keyId }) => keyId)
  const times = uses.map(({ at }) => at.toISOString())
  const addresses = uses.map(({ address }) => address)
  await sql`
    WITH used AS (
      SELECT * FROM unnest(${ids}::text[], ${times}::timestamptz[], ${addresses}::text[])
        AS u (key_id, at, address)
    ), free AS (
      SELECT key_id FROM api_keys WHERE key_id = ANY (${ids}::text[])
      FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE api_keys k SET last_used_at = used.at, last_used_address = used.address
    FROM used JOIN free USING (key_id)
    WHERE k.key_id = used.key_id AND (k.last_used_at IS NULL OR k.last_used_at < used.at)
  `.execute(db)
}

/** Writes the last use of signing keys, in the same way. */
export async function recordSigningKeyUse(
  db: Db,
  uses: readonly Omit<KeyUse, 'address'>[],
): Promise<void> {
  if (uses.length === 0) return
  const ids = uses.map(({ keyId }) => keyId)
  const times = uses.map(({ at }) => at.toISOString())
  await sql`
    WITH used AS (
      SELECT * FROM unnest(${ids}::text[], ${times}::timestamptz[]) AS u (signing_key_id, at)
    ), free AS (
      SELECT signing_key_id FROM signing_keys WHERE signing_key_id = ANY (${ids}::text[])
      FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE signing_keys k SET last_used_at = used.at
    FROM used JOIN free USING (signing_key_id)
    WHERE k.signing_key_id = used.signing_key_id
      AND (k.last_used_at IS NULL OR k.last_used_at < used.at)
  `.execute(db)
}
