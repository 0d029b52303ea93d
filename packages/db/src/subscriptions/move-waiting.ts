// What becomes of waiting deliveries when their subscription pauses, goes on or ends, and when its
// endpoint is taken to be well again.

import { sql } from 'kysely'
import { freeWaiting } from '../deliveries/health.ts'
import type { Tx } from '../open-database.ts'
import type { SubscriptionState } from '../tables.ts'

/**
 * Does to what waits what a new state of the subscription asks for: pausing holds it, ending refuses it,
 * and going on makes it due, also where the endpoint had failed before.
 */
export async function moveWaiting(
  tx: Tx,
  subscriptionId: string,
  state: SubscriptionState,
): Promise<void> {
  if (state === 'ended') await refuseWaiting(tx, subscriptionId)
  else if (state === 'active') await trustEndpoint(tx, subscriptionId)
  else {
    await sql`UPDATE delivery_queue SET due_at = 'infinity'
      WHERE subscription_id = ${subscriptionId} AND claimed_by IS NULL`.execute(tx)
  }
}

/** Forgets that an endpoint has failed, and makes due what was held for it or is to be tried again later. */
export async function trustEndpoint(tx: Tx, subscriptionId: string): Promise<void> {
  await sql`DELETE FROM endpoint_health WHERE subscription_id = ${subscriptionId}`.execute(tx)
  await freeWaiting(tx, [subscriptionId])
  await sql`UPDATE delivery_queue q SET due_at = now() FROM subscriptions s
    WHERE q.subscription_id = ${subscriptionId} AND q.claimed_by IS NULL AND q.lane = 'retry'
      AND q.due_at > now() AND s.subscription_id = q.subscription_id
      AND s.state = 'active'`.execute(tx)
}

// What is on its way ends by what becomes of it: it may be delivered.
async function refuseWaiting(tx: Tx, subscriptionId: string): Promise<void> {
  await sql`
    WITH gone AS (DELETE FROM delivery_queue
        WHERE subscription_id = ${subscriptionId} AND claimed_by IS NULL
      RETURNING seq, subscription_id, attempts, round, replay_id)
    INSERT INTO delivery_outcomes (seq, subscription_id, outcome, reason, attempts, round, replay_id)
    SELECT seq, subscription_id, 'refused', 'the subscription was ended', attempts, round, replay_id
    FROM gone`.execute(tx)
}
