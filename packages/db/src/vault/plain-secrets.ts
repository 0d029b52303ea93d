// Signing secrets that were stored before there was a vault.

import { sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'

export interface PlainSecret {
  readonly subscriptionId: string
  readonly organisationId: string
  readonly secret: string
}

const isPlain = sql<boolean>`secret NOT LIKE 'v1.%'`
const chunk = 500

/** Counts the secrets that stand in the database as they are. */
export async function countPlainSecrets(db: Db): Promise<number> {
  const row = await db
    .selectFrom('subscriptions')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where(isPlain)
    .executeTakeFirstOrThrow()
  return row.count
}

/**
 * Replaces every plain secret by what `seal` gives for it; resolves to how many. One that is changed
 * meanwhile is left to the next round, and what was done stays done when it is interrupted. `record`
 * gets how many one transaction has replaced, as its last part; what it throws undoes them.
 */
export async function sealPlainSecrets(
  db: Db,
  seal: (plain: PlainSecret) => string,
  record: (tx: Tx, count: number) => Promise<void>,
): Promise<number> {
  for (let sealed = 0; ;) {
    const plain = await readPlainSecrets(db)
    if (plain.length === 0) return sealed
    // Before the transaction: the vault may need the connection.
    const secrets = plain.map(seal)
    sealed += await db.transaction().execute(async (tx) => {
      const count = await replaceSecrets(tx, plain, secrets)
      if (count > 0) await record(tx, count)
      return count
    })
  }
}

async function replaceSecrets(
  tx: Tx,
  plain: readonly PlainSecret[],
  secrets: readonly string[],
): Promise<number> {
  const ids = plain.map(({ subscriptionId }) => subscriptionId)
  const before = plain.map(({ secret }) => secret)
  const { rows } = await sql`
    UPDATE subscriptions s SET secret = given.sealed
    FROM unnest(${ids}::uuid[], ${before}::text[], ${[...secrets]}::text[])
      AS given (subscription_id, before, sealed)
    WHERE s.subscription_id = given.subscription_id AND s.secret = given.before
    RETURNING 1`.execute(tx)
  return rows.length
}

async function readPlainSecrets(db: Db): Promise<PlainSecret[]> {
  return db
    .selectFrom('subscriptions')
    .select(['subscription_id as subscriptionId', 'organisation_id as organisationId', 'secret'])
    .where(isPlain)
    .limit(chunk)
    .execute()
}
