// Subscriptions and what becomes of their waiting deliveries when they pause, resume or end.

import { type ExpressionBuilder, sql, type Selectable } from 'kysely'
import type { Db, Tx } from './open-database.ts'
import type { Channel, SubscriptionState, Tables } from './tables.ts'

export interface Subscription {
  readonly subscriptionId: string
  readonly organisationId: string
  readonly channel: Channel
  readonly target: unknown
  readonly filter: unknown
  readonly mode: 'latest' | 'all'
  readonly description: string | null
  readonly state: SubscriptionState
  readonly stateReason: string | null
  readonly secret: string
  readonly viewSince: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

export type NewSubscription = Omit<
  Subscription,
  'viewSince' | 'createdAt' | 'updatedAt' | 'stateReason'
>

// Read under a lock that lasts to the end of the transaction: an event is numbered either before,
// and lies before the view, or after, when its fan-out sees the subscription as it is now.
const headOfFeed = (eb: ExpressionBuilder<Tables, 'subscriptions'>) =>
  eb.selectFrom('feed').select('head').forShare()

/** Stores a subscription whose view begins at the present head of the feed. */
export async function insertSubscription(
  tx: Tx,
  subscription: NewSubscription,
  at: Date,
): Promise<Subscription> {
  const row = await tx
    .insertInto('subscriptions')
    .values({
      subscription_id: subscription.subscriptionId,
      organisation_id: subscription.organisationId,
      channel: subscription.channel,
      target: JSON.stringify(subscription.target),
      filter: JSON.stringify(subscription.filter),
      mode: subscription.mode,
      description: subscription.description,
      state: subscription.state,
      state_reason: null,
      secret: subscription.secret,
      view_since: headOfFeed,
      created_at: at,
      updated_at: at,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return fromRow(row)
}

export interface SubscriptionChange {
  readonly target?: unknown
  readonly filter?: unknown
  readonly mode?: 'latest' | 'all'
  readonly description?: string | null
  readonly state?: SubscriptionState
  readonly stateReason?: string | null
  readonly secret?: string
}

/**
 * Changes a subscription. A new filter, or a return to `active`, begins a new view at the head of
 * the feed; pausing keeps waiting deliveries back, resuming makes them due, ending refuses them.
 */
export async function updateSubscription(
  tx: Tx,
  subscriptionId: string,
  change: SubscriptionChange,
  at: Date,
): Promise<Subscription> {
  const newView = change.filter !== undefined || change.state === 'active'
  const row = await tx
    .updateTable('subscriptions')
    .set({
      ...(change.target !== undefined && { target: JSON.stringify(change.target) }),
      ...(change.filter !== undefined && { filter: JSON.stringify(change.filter) }),
      ...(change.mode && { mode: change.mode }),
      ...(change.description !== undefined && { description: change.description }),
      ...(change.state && { state: change.state, state_reason: change.stateReason ?? null }),
      ...(change.secret && { secret: change.secret }),
      updated_at: at,
    })
    .where('subscription_id', '=', subscriptionId)
    .returningAll()
    .executeTakeFirstOrThrow()
  if (change.state) await moveWaiting(tx, subscriptionId, change.state)
  return newView ? beginView(tx, subscriptionId) : fromRow(row)
}

// The last statement of its transaction: no report is accepted while the feed is locked.
async function beginView(tx: Tx, subscriptionId: string): Promise<Subscription> {
  const row = await tx
    .updateTable('subscriptions')
    .set({ view_since: headOfFeed })
    .where('subscription_id', '=', subscriptionId)
    .returningAll()
    .executeTakeFirstOrThrow()
  return fromRow(row)
}

async function moveWaiting(
  tx: Tx,
  subscriptionId: string,
  state: SubscriptionState,
): Promise<void> {
  if (state === 'ended') {
    await sql`
      WITH gone AS (DELETE FROM delivery_queue WHERE subscription_id = ${subscriptionId}
        RETURNING seq, subscription_id, attempts)
      INSERT INTO delivery_outcomes (seq, subscription_id, outcome, reason, attempts)
      SELECT seq, subscription_id, 'refused', 'the subscription was ended', attempts FROM gone`.execute(
      tx,
    )
    return
  }
  const dueAt = state === 'active' ? sql`now()` : sql`'infinity'`
  await sql`UPDATE delivery_queue SET due_at = ${dueAt}
    WHERE subscription_id = ${subscriptionId} AND claimed_by IS NULL`.execute(tx)
}

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
  const row = await (options.forUpdate ? query.forUpdate() : query).executeTakeFirst()
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

function fromRow(row: Selectable<Tables['subscriptions']>): Subscription {
  return {
    subscriptionId: row.subscription_id,
    organisationId: row.organisation_id,
    channel: row.channel,
    target: row.target,
    filter: row.filter,
    mode: row.mode,
    description: row.description,
    state: row.state,
    stateReason: row.state_reason,
    secret: row.secret,
    viewSince: row.view_since,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
