// The public keys by which organisations sign, and the nonces of the signatures that were accepted.

import type { Db } from '../open-database.ts'

export interface SigningKey {
  /** The thumbprint of the key (RFC 7638); `keyid` of its signatures. */
  readonly signingKeyId: string
  readonly organisationId: string
  readonly label: string
  /** The 32 bytes of an Ed25519 public key (RFC 8032). */
  readonly publicKey: Buffer
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
  readonly lastUsedAt: Date | null
}

export type NewSigningKey = Omit<SigningKey, 'revokedAt' | 'lastUsedAt'>

/** Registers a key; resolves to false for one that was ever registered, by whomever. */
export async function insertSigningKey(db: Db, key: NewSigningKey): Promise<boolean> {
  const row = await db
    .insertInto('signing_keys')
    .values({
      signing_key_id: key.signingKeyId,
      organisation_id: key.organisationId,
      label: key.label,
      public_key: key.publicKey,
      created_at: key.createdAt,
      expires_at: key.expiresAt,
      revoked_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('signing_key_id')
    .executeTakeFirst()
  return row !== undefined
}

/** Finds a key by its identifier, ended or not. */
export async function findSigningKey(
  db: Db,
  signingKeyId: string,
): Promise<SigningKey | undefined> {
  return keys(db).where('signing_key_id', '=', signingKeyId).executeTakeFirst()
}

/** Lists all signing keys of all organisations, oldest first: for operators. */
export async function listSigningKeys(db: Db): Promise<SigningKey[]> {
  return keys(db).orderBy('created_at').execute()
}

/** Lists a page of the keys of one organisation by identifier, ended ones too. */
export async function listSigningKeysOf(
  db: Db,
  organisationId: string,
  page: { after: string | null; limit: number },
): Promise<SigningKey[]> {
  return keys(db)
    .where('organisation_id', '=', organisationId)
    .where('signing_key_id', '>', page.after ?? '')
    .orderBy('signing_key_id')
    .limit(page.limit)
    .execute()
}

/** Counts the keys of an organisation that have not ended. */
export async function countLiveSigningKeys(
  db: Db,
  organisationId: string,
  at: Date,
): Promise<number> {
  const { count } = await db
    .selectFrom('signing_keys')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('organisation_id', '=', organisationId)
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', at)]))
    .executeTakeFirstOrThrow()
  return count
}

/** Ends a key of an organisation at once; resolves to whether there was such a live key. */
export async function revokeSigningKey(
  db: Db,
  key: Pick<SigningKey, 'signingKeyId' | 'organisationId'>,
  at: Date,
): Promise<boolean> {
  const row = await db
    .updateTable('signing_keys')
    .set({ revoked_at: at })
    .where('signing_key_id', '=', key.signingKeyId)
    .where('organisation_id', '=', key.organisationId)
    .where('revoked_at', 'is', null)
    .returning('signing_key_id')
    .executeTakeFirst()
  return row !== undefined
}

/** Takes a nonce for a signature; resolves to false when it was taken before, by any process. */
export async function takeNonce(
  db: Db,
  signature: { signingKeyId: string; nonce: string; validUntil: Date },
): Promise<boolean> {
  const row = await db
    .insertInto('signature_nonces')
    .values({
      signing_key_id: signature.signingKeyId,
      nonce: signature.nonce,
      valid_until: signature.validUntil,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('nonce')
    .executeTakeFirst()
  return row !== undefined
}

/** Forgets nonces of signatures that are too old to be believed, `limit` at most; tells how many. */
export async function forgetNonces(db: Db, before: Date, limit: number): Promise<number> {
  const { numDeletedRows } = await db
    .with('old', (query) =>
      query
        .selectFrom('signature_nonces')
        .select(['signing_key_id', 'nonce'])
        .where('valid_until', '<', before)
        .orderBy('valid_until')
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .deleteFrom('signature_nonces as n')
    .using('old')
    .whereRef('n.signing_key_id', '=', 'old.signing_key_id')
    .whereRef('n.nonce', '=', 'old.nonce')
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}

function keys(db: Db) {
  return db
    .selectFrom('signing_keys')
    .select(['signing_key_id as signingKeyId', 'organisation_id as organisationId', 'label'])
    .select(['public_key as publicKey', 'created_at as createdAt', 'expires_at as expiresAt'])
    .select(['revoked_at as revokedAt', 'last_used_at as lastUsedAt'])
}
