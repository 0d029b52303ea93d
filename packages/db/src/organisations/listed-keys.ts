// API keys as their organisation and the operator see them: everything but the secret.

import type { Db } from '../open-database.ts'

export interface ListedKey {
  readonly keyId: string
  readonly organisationId: string
  readonly label: string
  readonly scopes: readonly string[]
  readonly signatureRequired: boolean
  readonly certificateSha256: string | null
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
  /** The key that takes its place, once it was rotated. */
  readonly replacedBy: string | null
  /** Within the last minute or so; addresses are as the API saw them. */
  readonly lastUsedAt: Date | null
  readonly lastUsedAddress: string | null
}

/** Lists all keys of all organisations, oldest first: for operators. */
export async function listKeys(db: Db): Promise<ListedKey[]> {
  return listed(db).orderBy('created_at').execute()
}

/** Lists a page of the keys of one organisation by identifier, ended ones too. */
export async function listKeysOf(
  db: Db,
  organisationId: string,
  page: { after: string | null; limit: number },
): Promise<ListedKey[]> {
  return listed(db)
    .where('organisation_id', '=', organisationId)
    .where('key_id', '>', page.after ?? '')
    .orderBy('key_id')
    .limit(page.limit)
    .execute()
}

/** Finds a key by its identifier; `forUpdate` holds it until the transaction ends. */
export async function findKey(
  db: Db,
  keyId: string,
  options: { forUpdate?: boolean } = {},
): Promise<ListedKey | undefined> {
  const query = listed(db).where('key_id', '=', keyId)
  return (options.forUpdate ? query.forNoKeyUpdate() : query).executeTakeFirst()
}

/** Counts the keys of an organisation that have neither ended nor been replaced. */
export async function countStandingKeys(
  db: Db,
  organisationId: string,
  { at, scope }: { at: Date; scope?: string },
): Promise<number> {
  const query = liveKeys(db, organisationId, at).where('replaced_by', 'is', null)
  const narrowed = scope ? query.where((eb) => eb(eb.val(scope), '=', eb.fn.any('scopes'))) : query
  return (await narrowed.executeTakeFirstOrThrow()).count
}

/** Counts the keys of an organisation that work, those in the overlap of a rotation too. */
export async function countLiveKeys(db: Db, organisationId: string, at: Date): Promise<number> {
  return (await liveKeys(db, organisationId, at).executeTakeFirstOrThrow()).count
}

function liveKeys(db: Db, organisationId: string, at: Date) {
  return db
    .selectFrom('api_keys')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('organisation_id', '=', organisationId)
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', at)]))
}

function listed(db: Db) {
  return db
    .selectFrom('api_keys')
    .select(['key_id as keyId', 'organisation_id as organisationId', 'label', 'scopes'])
    .select(['signature_required as signatureRequired'])
    .select(['certificate_sha256 as certificateSha256', 'replaced_by as replacedBy'])
    .select(['created_at as createdAt', 'expires_at as expiresAt', 'revoked_at as revokedAt'])
    .select(['last_used_at as lastUsedAt', 'last_used_address as lastUsedAddress'])
}
