// Making and changing subscriptions.

import type { ExpressionBuilder, Selectable } from 'kysely'
import type { Tx } from '../open-database.ts'
import type { SubscriptionState, Tables } from '../tables.ts'
import { moveWaiting, trustEndpoint } from './move-waiting.ts'
import {
  fromRow,
  type NewSubscription,
  type Signing,
  type Subscription,
} from './subscription-row.ts'

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
  const { signing, idempotency } = subscription
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
      ...(signing && { signing }),
      client_certificate: subscription.clientCertificate ?? null,
      client_key: subscription.clientKey ?? null,
      idempotency_key: idempotency?.key ?? null,
      request_fingerprint: idempotency?.fingerprint ?? null,
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
  /** Null gives the pending address up. */
  readonly pendingTarget?: unknown
  readonly pendingReason?: string | null
  readonly filter?: unknown
  readonly mode?: 'latest' | 'all'
  readonly description?: string | null
  readonly state?: SubscriptionState
  readonly stateReason?: string | null
  readonly secret?: string
  /** The secret that signs beside the new one, and until when. */
  readonly previousSecret?: string | null
  readonly previousSecretUntil?: Date | null
  readonly signing?: Signing
  readonly clientCertificate?: string | null
  readonly clientKey?: string | null
}

/**
 * Changes a subscription. A new filter, or a return to `active`, begins a new view at the head of the
 * feed, and what was accepted before it is still owed by the old one; pausing keeps deliveries back, resuming makes them due, ending refuses them. With a
 * new address the failures of the old one are forgotten.
 */
export async function updateSubscription(
  tx: Tx,
  subscriptionId: string,
  change: SubscriptionChange,
  at: Date,
): Promise<Subscription> {
  const before = await readView(tx, subscriptionId)
  const row = await tx
    .updateTable('subscriptions')
    .set((eb) => ({ ...columnsOf(change), revision: eb('revision', '+', 1), updated_at: at }))
    .where('subscription_id', '=', subscriptionId)
    .returningAll()
    .executeTakeFirstOrThrow()
  if (change.state) await moveWaiting(tx, subscriptionId, change.state)
  else if (change.target !== undefined) await trustEndpoint(tx, subscriptionId)
  const turned = change.state !== undefined && change.state !== before.state
  if (change.filter === undefined && !turned) return fromRow(row)
  return turnView(tx, before, row)
}

function columnsOf(change: SubscriptionChange) {
  const { target, filter, pendingTarget } = change
  return {
    ...(target !== undefined && { target: JSON.stringify(target) }),
    ...(filter !== undefined && { filter: JSON.stringify(filter) }),
    ...(pendingTarget !== undefined && {
      pending_target: pendingTarget === null ? null : JSON.stringify(pendingTarget),
      pending_reason: null,
    }),
    ...(change.pendingReason !== undefined && { pending_reason: change.pendingReason }),
    ...(change.mode && { mode: change.mode }),
    ...(change.description !== undefined && { description: change.description }),
    ...(change.state && { state: change.state, state_reason: change.stateReason ?? null }),
    ...(change.secret !== undefined && { secret: change.secret }),
    ...(change.previousSecret !== undefined && {
      previous_secret: change.previousSecret,
      previous_secret_until: change.previousSecretUntil ?? null,
    }),
    ...(change.signing && { signing: change.signing }),
    ...(change.clientCertificate !== undefined && {
      client_certificate: change.clientCertificate,
      client_key: change.clientKey ?? null,
    }),
  }
}

type Row = Selectable<Tables['subscriptions']>

async function readView(tx: Tx, subscriptionId: string) {
  return tx
    .selectFrom('subscriptions')
    .select(['subscription_id', 'state', 'filter', 'view_since'])
    .where('subscription_id', '=', subscriptionId)
    .forUpdate()
    .executeTakeFirstOrThrow()
}

// The last statements of their transaction: no report is accepted while the feed is locked. What was
// accepted until now belongs to the view that ends here, though its fan-out may be to come.
async function turnView(
  tx: Tx,
  before: Pick<Row, 'subscription_id' | 'state' | 'filter' | 'view_since'>,
  after: Row,
): Promise<Subscription> {
  const { subscription_id: id, filter, view_since: since } = before
  const { head } = await tx.selectFrom('feed').select('head').forShare().executeTakeFirstOrThrow()
  if (before.state === 'active') {
    const ended = { subscription_id: id, since, until: head, filter: JSON.stringify(filter) }
    await tx.insertInto('subscription_views').values(ended).execute()
  }
  if (after.state !== 'active') return fromRow(after)
  const row = await tx
    .updateTable('subscriptions')
    .set({ view_since: head })
    .where('subscription_id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return fromRow(row)
}
