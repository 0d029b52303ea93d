// Digests: what waits in the lane "digest" is taken for one subscription at a time, all that is due, so
// that it goes into one mail. Several notifiers take different subscriptions.

import { sql } from 'kysely'
import { type ClaimedDelivery, deliveryColumns } from '../deliveries/claim.ts'
import { recipientColumns } from '../deliveries/recipient.ts'
import { readSkipped } from '../deliveries/skipped.ts'
import type { Db } from '../open-database.ts'

export interface DigestClaim {
  readonly notifierId: string
  /** Into one mail go at most so many. */
  readonly limit: number
}

/**
 * Takes what is due for the digest of one subscription, in the order of the feed; nothing when none is
 * due. What has to go after an older revision that waits elsewhere is left for later.
 */
export async function claimDigest(
  db: Db,
  { notifierId, limit }: DigestClaim,
): Promise<ClaimedDelivery[]> {
  return db.transaction().execute(async (tx) => {
    const { rows: due } = await sql<{ id: string }>`
      SELECT s.subscription_id AS id FROM subscriptions s
      WHERE s.state = 'active' AND s.subscription_id IN (
        SELECT q.subscription_id FROM delivery_queue q WHERE ${hasItsTurn})
      LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED`.execute(tx)
    const [subscription] = due
    if (!subscription) return []
    const { rows } = await sql<Omit<ClaimedDelivery, 'skipped'>>`
      WITH due AS (
        SELECT q.seq FROM delivery_queue q
        WHERE q.subscription_id = ${subscription.id} AND ${hasItsTurn}
        ORDER BY q.seq LIMIT ${limit} FOR UPDATE OF q SKIP LOCKED)
      UPDATE delivery_queue q SET claimed_by = ${notifierId}::uuid
      FROM due, subscriptions s JOIN organisations o USING (organisation_id)
      WHERE q.seq = due.seq AND q.subscription_id = ${subscription.id}
        AND s.subscription_id = q.subscription_id
      RETURNING ${deliveryColumns}, ${recipientColumns}`.execute(tx)
    const skippedOf = await readSkipped(tx, rows)
    return rows
      .map((row) => ({ ...row, skipped: skippedOf(row) }))
      .toSorted((a, b) => a.seq - b.seq)
  })
}

const hasItsTurn = sql`q.lane = 'digest' AND q.claimed_by IS NULL AND q.due_at <= now()
  AND NOT (q.ordered AND EXISTS (SELECT FROM delivery_queue older
    WHERE older.subscription_id = q.subscription_id AND older.report_id = q.report_id
      AND older.revision < q.revision AND older.replay_id IS NULL
      AND (older.lane <> 'digest' OR older.claimed_by IS NOT NULL OR older.due_at > now())))`
