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
  'restrictions:write',
  'acknowledgements:write',
  'contacts:write',
  'audit:read',
  'admin',
] as const
export type Scope = (typeof scopes)[number]

export interface NewKey {
  readonly organisationId: string
  readonly label: string
  readonly scopes: readonly Scope[]
  readonly expiresAt: Date | null
  /** Every request with the key must be signed (RFC 9421); no unless told. */
  readonly signatureRequired?: boolean
  /** The one client certificate that the key works with, as `x5t#S256` (RFC 8705); any unless told. */
  readonly certificateSha256?: string | null
}

export interface KeyHolder {
  readonly keyId: string
  readonly organisationId: string
  readonly organisationKind: OrganisationKind
  readonly scopes: readonly string[]
  readonly expiresAt: Date | null
  readonly signatureRequired: boolean
  readonly certificateSha256: string | null
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
      signature_required: key.signatureRequired ?? false,
      certificate_sha256: key.certificateSha256 ?? null,
    })
    .execute()
  return { keyId, apiKey: `rk_${keyId}_${secret}` }
}

/** The identifier that a key claims to have; nothing for what has not the form of a key. */
export function claimedKeyId(apiKey: string): string | undefined {
  return partsOf(apiKey)?.keyId
}

/**
 * Finds whose key this is; resolves to nothing for one that is malformed, unknown or revoked. Does
 * the same work for a key that exists and for one that does not.
 */
export async function findKeyHolder(db: Db, apiKey: string): Promise<KeyHolder | undefined> {
  const parts = partsOf(apiKey)
  if (!parts) return undefined
  const row = await db
    .selectFrom('api_keys as k')
    .innerJoin('organisations as o', 'o.organisation_id', 'k.organisation_id')
    .select(['k.key_id as keyId', 'k.organisation_id as organisationId', 'k.secret_hash'])
    .select(['o.kind as organisationKind', 'k.scopes', 'k.expires_at as expiresAt'])
    .select(['k.signature_required as signatureRequired', 'k.revoked_at'])
    .select('k.certificate_sha256 as certificateSha256')
    .where('k.key_id', '=', parts.keyId)
    .executeTakeFirst()
  const isRight = timingSafeEqual(row?.secret_hash ?? hashOfNoKey, hash(parts.secret))
  if (!row || !isRight || row.revoked_at) return undefined
  const { secret_hash: _, revoked_at: __, ...holder } = row
  return holder
}

const hashOfNoKey = randomBytes(32)

function partsOf(apiKey: string): { keyId: string; secret: string } | undefined {
  const [, keyId, secret] = /^rk_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/.exec(apiKey) ?? []
  return keyId && secret ? { keyId, secret } : undefined
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

function hash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
