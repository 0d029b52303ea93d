// Claims that are given back: untried, lost on the way, or of a notifier that is dead.

import { sql } from 'kysely'
import type { Db } from '../open-database.ts'
import type { DeliveryKey } from './claim.ts'

/**
 * Gives deliveries back untried, for a reason if there is one, due again after `delayMs`; with null they wait for their
 * subscription to resume, which may be at this very moment: hence the lock.
 */
export async function release(
  db: Db,
  notifierId: string,
  deliveries: readonly DeliveryKey[],
  { delayMs, reason = null }: { delayMs: number | null; reason?: string | null },
): Promise<void> {
  if (deliveries.length === 0) return
  const ids = deliveries.map((d) => d.subscriptionId)
  await sql`
    WITH held AS (
      SELECT subscription_id, state <> 'active' AS waits FROM subscriptions
      WHERE ${delayMs}::int IS NULL AND subscription_id = ANY(${ids}::uuid[]) FOR SHARE)
    UPDATE delivery_queue q SET claimed_by = NULL, reason = coalesce(${reason}, q.reason),
      due_at = CASE WHEN held.waits THEN 'infinity'
      ELSE now() + make_interval(secs => coalesce(${delayMs}::int, 0) / 1000.0) END
    FROM unnest(${deliveries.map((d) => d.seq)}::bigint[], ${ids}::uuid[])
        AS given (seq, subscription_id) LEFT JOIN held USING (subscription_id)
    WHERE q.seq = given.seq AND q.subscription_id = given.subscription_id
      AND q.claimed_by = ${notifierId}::uuid`.execute(db)
}

/**
 * Puts deliveries back as they were, for whoever has room. When a newer revision of the report
 * waits for one in a faster lane, it goes on there.
 */
export async function putBack(
  db: Db,
  notifierId: string,
  deliveries: readonly DeliveryKey[],
): Promise<void> {
  if (deliveries.length === 0) return
  await sql`
    UPDATE delivery_queue q SET claimed_by = NULL, lane = coalesce((
      SELECT newer.lane FROM delivery_queue newer
      WHERE newer.subscription_id = q.subscription_id AND newer.report_id = q.report_id
        AND newer.revision > q.revision ORDER BY newer.revision DESC LIMIT 1), q.lane)
    FROM unnest(${deliveries.map((d) => d.seq)}::bigint[],
      ${deliveries.map((d) => d.subscriptionId)}::uuid[]) AS given (seq, subscription_id)
    WHERE q.seq = given.seq AND q.subscription_id = given.subscription_id
      AND q.claimed_by = ${notifierId}::uuid`.execute(db)
}

/**
 * Gives back what stands under a notifier's name in a lane but is not in its hands: the answer to
 * a claim can get lost after its commit. Nothing may be claimed from the lane meanwhile.
 */
export async function releaseOrphans(
  db: Db,
  notifierId: string,
  lane: string,
  inHand: readonly DeliveryKey[],
): Promise<number> {
  const { rows } = await sql`
    UPDATE delivery_queue q SET claimed_by = NULL, due_at = now()
    WHERE q.claimed_by = ${notifierId}::uuid AND q.lane = ${lane}
      AND NOT EXISTS (
        SELECT FROM unnest(${inHand.map((d) => d.seq)}::bigint[],
          ${inHand.map((d) => d.subscriptionId)}::uuid[]) AS hand (seq, subscription_id)
        WHERE hand.seq = q.seq AND hand.subscription_id = q.subscription_id)
    RETURNING 1`.execute(db)
  return rows.length
}

/** Says that a notifier lives for another `ttlMs`, and gives back what dead ones had claimed. */
export async function beat(db: Db, notifierId: string, ttlMs: number): Promise<number> {
  await sql`
    INSERT INTO notifiers (notifier_id, alive_until)
    VALUES (${notifierId}, now() + make_interval(secs => ${ttlMs}::int / 1000.0))
    ON CONFLICT (notifier_id) DO UPDATE SET alive_until = excluded.alive_until`.execute(db)
  return freeDeadClaims(db)
}

/** Gives back what stands under the name of a notifier that does not live, or never did. */
export async function freeDeadClaims(db: Db): Promise<number> {
  const { rows } = await sql`
    UPDATE delivery_queue SET claimed_by = NULL, due_at = now()
    WHERE claimed_by IS NOT NULL AND claimed_by NOT IN
      (SELECT notifier_id FROM notifiers WHERE alive_until > now())
    RETURNING 1`.execute(db)
  return rows.length
}

/** Signs a notifier off; what it still holds is given back at once. */
export async function signOff(db: Db, notifierId: string): Promise<void> {
  await sql`DELETE FROM notifiers WHERE notifier_id = ${notifierId}`.execute(db)
  await sql`UPDATE delivery_queue SET claimed_by = NULL, due_at = now()
    WHERE claimed_by = ${notifierId}::uuid`.execute(db)
}
