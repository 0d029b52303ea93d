// What the reconciler puts right by itself: states that nobody would ever leave. Each repair is safe at
// any moment, beside everybody else's work, and a transaction of its own: subscriptions and endpoints
// are locked before what waits for them, as everywhere, and nothing is held from one to the next.

import { sql } from 'kysely'
import { freeDeadClaims } from '../deliveries/give-back.ts'
import type { Db, Tx } from '../open-database.ts'

export type RepairName = 'claims' | 'held' | 'orphans' | 'notifiers'

/** How many rows each repair has changed; most are 0. */
export type Repairs = Readonly<Record<RepairName, number>>

/** Repairs everything that it finds; `forgetAfterMs` is how long a dead notifier is remembered. */
export async function repair(db: Db, forgetAfterMs: number): Promise<Repairs> {
  return {
    claims: await freeDeadClaims(db),
    held: await freeHeld(db),
    orphans: await endOrphans(db),
    notifiers: await forgetNotifiers(db, forgetAfterMs),
  }
}

// Held for nothing: the subscription is active, and its endpoint answers. Whoever opens an endpoint
// changes its row before those of the queue: the lock waits for that.
async function freeHeld(db: Db): Promise<number> {
  const { rows: suspects } = await sql<{ id: string }>`
    SELECT DISTINCT q.subscription_id AS id FROM delivery_queue q
    JOIN subscriptions s USING (subscription_id) LEFT JOIN endpoint_health h USING (subscription_id)
    WHERE q.due_at = 'infinity' AND q.claimed_by IS NULL AND s.state = 'active'
      AND coalesce(h.state, 'closed') = 'closed'
      AND coalesce(h.asked_until, '-infinity') <= now()`.execute(db)
  if (suspects.length === 0) return 0
  const ids = suspects.map(({ id }) => id).sort()
  return db.transaction().execute(async (tx) => {
    await sql`SELECT FROM subscriptions WHERE subscription_id = ANY(${ids}::uuid[])
      ORDER BY subscription_id FOR SHARE`.execute(tx)
    await sql`SELECT FROM endpoint_health WHERE subscription_id = ANY(${ids}::uuid[])
      ORDER BY subscription_id FOR SHARE`.execute(tx)
    return freeHeldOf(tx, ids)
  })
}

async function freeHeldOf(tx: Tx, ids: readonly string[]): Promise<number> {
  const { rows } = await sql`
    UPDATE delivery_queue q SET due_at = now()
    FROM subscriptions s LEFT JOIN endpoint_health h USING (subscription_id)
    WHERE q.subscription_id = ANY(${[...ids]}::uuid[]) AND s.subscription_id = q.subscription_id
      AND q.due_at = 'infinity' AND q.claimed_by IS NULL AND s.state = 'active'
      AND coalesce(h.state, 'closed') = 'closed'
      AND coalesce(h.asked_until, '-infinity') <= now()
    RETURNING 1`.execute(tx)
  return rows.length
}

// Of a subscription that has ended, or that there is not: it ends, with its reason.
async function endOrphans(db: Db): Promise<number> {
  const { rows } = await sql`
    WITH gone AS (
      DELETE FROM delivery_queue q WHERE claimed_by IS NULL AND NOT EXISTS (
        SELECT FROM subscriptions s WHERE s.subscription_id = q.subscription_id
          AND s.state <> 'ended')
      RETURNING seq, subscription_id, attempts, round, replay_id
    ), ended AS (
      INSERT INTO delivery_outcomes (seq, subscription_id, outcome, reason, attempts, round, replay_id)
      SELECT seq, subscription_id, 'refused', 'the subscription was ended', attempts, round, replay_id
      FROM gone ON CONFLICT DO NOTHING)
    SELECT FROM gone`.execute(db)
  return rows.length
}

async function forgetNotifiers(db: Db, afterMs: number): Promise<number> {
  const { rows } = await sql`
    DELETE FROM notifiers n
    WHERE alive_until < now() - make_interval(secs => ${afterMs}::bigint / 1000.0)
      AND NOT EXISTS (SELECT FROM delivery_queue q WHERE q.claimed_by = n.notifier_id)
    RETURNING 1`.execute(db)
  return rows.length
}
