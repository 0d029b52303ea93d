// API keys: rk_<key id>_<secret>. Only a SHA-256 hash of the secret is kept: the secret has 256
// random bits, so a slow hash would protect nothing more.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Db } from '../open-database.ts'
import type { OrganisationKind } from '../tables.ts'

export const scopes = [
  'reports:write',
  'reports:read',
  'feed:read',
  'subscriptions:write',
  'admin',
] as const
export type Scope = (typeof scopes)[number]

export interface NewKey {
  readonly organisationId: string
  readonly label: string
  readonly scopes: readonly Scope[]
  readonly expiresAt: Date | null
}

export interface KeyHolder {
  readonly keyId: string
  readonly organisationId: string
  readonly organisationKind: OrganisationKind
  readonly scopes: readonly string[]
  readonly expiresAt: Date | null
}

/** Makes a key and resolves to its only showing; refuses an organisation that does not exist. */
export async function createKey(db: Db, key: NewKey): Promise<{ keyId: string; apiKey: string }> {
  const keyId = randomBytes(8).toString('hex')
  const secret = randomBytes(32).toString('base64url')
  await db
    .insertInto('api_keys')
    .values({
      key_id: keyId,
      organisation_id: key.organisationId,
      label: key.label,
      secret_hash: hash(secret),
      scopes: [...key.scopes],
      expires_at: key.expiresAt,
      revoked_at: null,
    })
    .execute()
  return { keyId, apiKey: `rk_${keyId}_${secret}` }
}

/** Finds whose key this is; resolves to nothing for one that is malformed, unknown or revoked. */
export async function findKeyHolder(db: Db, apiKey: string): Promise<KeyHolder | undefined> {
  const parts = /^rk_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/.exec(apiKey)
  if (!parts?.[1] || !parts[2]) return undefined
  const row = await db
    .selectFrom('api_keys as k')
    .innerJoin('organisations as o', 'o.organisation_id', 'k.organisation_id')
    .select(['k.key_id as keyId', 'k.organisation_id as organisationId', 'k.secret_hash'])
    .select(['o.kind as organisationKind', 'k.scopes', 'k.expires_at as expiresAt'])
    .where('k.key_id', '=', parts[1])
    .where('k.revoked_at', 'is', null)
    .executeTakeFirst()
  if (!row || !timingSafeEqual(row.secret_hash, hash(parts[2]))) return undefined
  const { secret_hash: _, ...holder } = row
  return holder
}

/** Ends a key at once; resolves to whether there was such a live key. */
export async function revokeKey(db: Db, keyId: string, at: Date): Promise<boolean> {
  const row = await db
    .updateTable('api_keys')
    .set({ revoked_at: at })
    .where('key_id', '=', keyId)
    .where('revoked_at', 'is', null)
    .returning('key_id')
    .executeTakeFirst()
  return row !== undefined
}

export interface ListedKey {
  readonly keyId: string
  readonly organisationId: string
  readonly label: string
  readonly scopes: readonly string[]
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
}

/** Lists all keys without their secrets, oldest first. */
export async function listKeys(db: Db): Promise<ListedKey[]> {
  return db
    .selectFrom('api_keys')
    .select(['key_id as keyId', 'organisation_id as organisationId', 'label', 'scopes'])
    .select(['created_at as createdAt', 'expires_at as expiresAt', 'revoked_at as revokedAt'])
    .orderBy('created_at')
    .execute()
}

function hash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
