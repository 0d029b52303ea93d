// Data keys as they are stored: wrapped. Nothing here can open one.

import { sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'

export interface DataKeyRow {
  readonly dataKeyId: string
  readonly wrapped: Buffer
  /** The fingerprint of the key-encryption key that wraps it. */
  readonly kekId: string
  readonly active: boolean
  /** How many uses of it the processes have reserved. */
  readonly seals: number
  readonly createdAt: Date
  readonly retiredAt: Date | null
}

type NewDataKey = Pick<DataKeyRow, 'dataKeyId' | 'wrapped' | 'kekId'>

/** The data keys of a database, as the vault wants to have them kept. */
export function dataKeyStore(db: Db) {
  return {
    readAll: () => readDataKeys(db),
    addFirst: (key: NewDataKey) => addFirst(db, key),
    replace: (dataKeyId: string, by: NewDataKey) => replaceDataKey(db, dataKeyId, by),
    reserve: (dataKeyId: string, seals: number) => reserve(db, dataKeyId, seals),
  }
}

/** Reads all data keys, the newest first. */
export async function readDataKeys(db: Db | Tx): Promise<DataKeyRow[]> {
  const { rows } = await sql<DataKeyRow>`
    SELECT data_key_id AS "dataKeyId", wrapped, kek_id AS "kekId", retired_at IS NULL AS active,
      seals, created_at AS "createdAt", retired_at AS "retiredAt"
    FROM data_keys ORDER BY created_at DESC, data_key_id`.execute(db)
  return rows
}

// Of several that start at once on an empty database, one adds its key; the index refuses the others.
async function addFirst(db: Db, key: NewDataKey): Promise<void> {
  await sql`INSERT INTO data_keys (data_key_id, wrapped, kek_id)
    VALUES (${key.dataKeyId}, ${key.wrapped}, ${key.kekId}) ON CONFLICT DO NOTHING`.execute(db)
}

// Nothing happens when another process was faster, or when the key-encryption key was changed.
async function replaceDataKey(db: Db, dataKeyId: string, by: NewDataKey): Promise<void> {
  await sql`
    WITH retired AS (
      UPDATE data_keys SET retired_at = now()
      WHERE data_key_id = ${dataKeyId} AND kek_id = ${by.kekId} AND retired_at IS NULL
      RETURNING 1)
    INSERT INTO data_keys (data_key_id, wrapped, kek_id)
    SELECT ${by.dataKeyId}, ${by.wrapped}::bytea, ${by.kekId} FROM retired`.execute(db)
}

async function reserve(db: Db, dataKeyId: string, seals: number): Promise<number> {
  const row = await db
    .updateTable('data_keys')
    .set((eb) => ({ seals: eb('seals', '+', seals) }))
    .where('data_key_id', '=', dataKeyId)
    .returning('seals')
    .executeTakeFirstOrThrow()
  return row.seals
}

/**
 * Writes every data key as `rewrap` gives it. No data key is added or replaced until the transaction
 * ends; throws what `rewrap` throws, and then everything stays as it was. Resolves to how many there are.
 */
export async function rewrapDataKeys(
  tx: Tx,
  rewrap: (key: DataKeyRow) => NewDataKey,
): Promise<number> {
  await sql`LOCK TABLE data_keys IN SHARE ROW EXCLUSIVE MODE`.execute(tx)
  const rows = await readDataKeys(tx)
  for (const row of rows) {
    const { dataKeyId, wrapped, kekId } = rewrap(row)
    await tx
      .updateTable('data_keys')
      .set({ wrapped, kek_id: kekId })
      .where('data_key_id', '=', dataKeyId)
      .execute()
  }
  return rows.length
}
