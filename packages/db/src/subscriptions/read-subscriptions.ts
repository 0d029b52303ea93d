// Reading subscriptions: one, those of an organisation, the one that a repeated request made.

import type { Db, Tx } from '../open-database.ts'
import { fromRow, type Subscription } from './subscription-row.ts'

/** Reads a subscription; `forUpdate` keeps other writers out until the transaction ends. */
export async function findSubscription(
  db: Db | Tx,
  subscriptionId: string,
  options: { forUpdate?: boolean } = {},
): Promise<Subscription | undefined> {
  const query = db
    .selectFrom('subscriptions')
    .selectAll()
    .where('subscription_id', '=', subscriptionId)
  // Deliveries may still be owed to it meanwhile: they refer to its key only.
  const row = await (options.forUpdate ? query.forNoKeyUpdate() : query).executeTakeFirst()
  return row && fromRow(row)
}

/** Lists an organisation's subscriptions that have not ended, oldest first. */
export async function listSubscriptions(
  db: Db,
  organisationId: string,
  page: { after: string | null; limit: number },
): Promise<Subscription[]> {
  let query = db
    .selectFrom('subscriptions')
    .selectAll()
    .where('organisation_id', '=', organisationId)
    .where('state', '<>', 'ended')
  if (page.after) query = query.where('subscription_id', '>', page.after)
  const rows = await query.orderBy('subscription_id').limit(page.limit).execute()
  return rows.map(fromRow)
}

/** Counts an organisation's subscriptions that have not ended. */
export async function countSubscriptions(db: Db | Tx, organisationId: string): Promise<number> {
  const row = await db
    .selectFrom('subscriptions')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('organisation_id', '=', organisationId)
    .where('state', '<>', 'ended')
    .executeTakeFirstOrThrow()
  return row.count
}

export interface RecalledSubscription {
  readonly fingerprint: Buffer
  readonly subscription: Subscription
}

/** Reads the subscription that a request with this idempotency key made; keys of before `since` are free again. */
export async function recallSubscription(
  tx: Tx,
  { organisationId, key }: { readonly organisationId: string; readonly key: string },
  since: Date,
): Promise<RecalledSubscription | undefined> {
  await tx
    .updateTable('subscriptions')
    .set({ idempotency_key: null, request_fingerprint: null })
    .where('organisation_id', '=', organisationId)
    .where('idempotency_key', '=', key)
    .where('created_at', '<', since)
    .execute()
  const row = await tx
    .selectFrom('subscriptions')
    .selectAll()
    .where('organisation_id', '=', organisationId)
    .where('idempotency_key', '=', key)
    .executeTakeFirst()
  return row?.request_fingerprint
    ? { fingerprint: row.request_fingerprint, subscription: fromRow(row) }
    : undefined
}
