// The keys that this Renkei signs its requests with. Nothing here can open a private one.

import { sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'

export interface NewPlatformKey {
  /** The thumbprint of the public key. */
  readonly keyId: string
  readonly publicKey: Buffer
  /** As it is stored: sealed. */
  readonly privateKey: string
}

export interface StoredPlatformKey extends NewPlatformKey {
  readonly generation: number
  readonly createdAt: Date
  readonly signsFrom: Date
  /** Null as long as no other one takes its place. */
  readonly publishedUntil: Date | null
}

const columns = sql`generation, key_id AS "keyId", public_key AS "publicKey",
  private_key AS "privateKey", created_at AS "createdAt", signs_from AS "signsFrom",
  published_until AS "publishedUntil"`

/** The keys of a database, as their signer wants to have them kept. */
export function platformKeyStore(db: Db) {
  return {
    readAll: (at: Date) => readPlatformKeys(db, at),
    addFirst: (key: NewPlatformKey, at: Date) => addFirst(db, key, at),
  }
}

/** Reads the keys that are published at an instant, the newest first. */
export async function readPlatformKeys(db: Db | Tx, at: Date): Promise<StoredPlatformKey[]> {
  const { rows } = await sql<StoredPlatformKey>`
    SELECT ${columns} FROM platform_signing_keys
    WHERE published_until IS NULL OR published_until > ${at}
    ORDER BY generation DESC`.execute(db)
  return rows
}

// Of several that start at once, one adds its key.
async function addFirst(db: Db, key: NewPlatformKey, at: Date): Promise<void> {
  await insert(db, { ...key, generation: 1 }, { at, signsFrom: at })
}

export interface PlatformKeyRotation {
  readonly key: NewPlatformKey
  readonly at: Date
  /** When it begins to sign: by then everybody has had time to read it. */
  readonly signsFrom: Date
  /** How long its predecessors are published. */
  readonly publishedUntil: Date
}

/** Adds a key that takes the place of the present one; false when somebody else was faster. */
export async function rotatePlatformKey(tx: Tx, rotation: PlatformKeyRotation): Promise<boolean> {
  const { key, at, signsFrom, publishedUntil } = rotation
  const { rows } = await sql<{ generation: number }>`
    SELECT coalesce(max(generation), 0) + 1 AS generation FROM platform_signing_keys`.execute(tx)
  const generation = rows[0]?.generation ?? 1
  if (!(await insert(tx, { ...key, generation }, { at, signsFrom }))) return false
  await sql`UPDATE platform_signing_keys SET published_until = ${publishedUntil}
    WHERE generation < ${generation} AND published_until IS NULL`.execute(tx)
  return true
}

async function insert(
  db: Db | Tx,
  key: NewPlatformKey & { readonly generation: number },
  { at, signsFrom }: { readonly at: Date; readonly signsFrom: Date },
): Promise<boolean> {
  const { rows } = await sql`
    INSERT INTO platform_signing_keys
      (generation, key_id, public_key, private_key, created_at, signs_from)
    VALUES (${key.generation}, ${key.keyId}, ${key.publicKey}, ${key.privateKey}, ${at}, ${signsFrom})
    ON CONFLICT (generation) DO NOTHING RETURNING 1`.execute(db)
  return rows.length > 0
}
