// Where a delivery stands: delivered once any round of it was; else waiting while it is in the queue;
// else what its last round came to. Every ledger and every list is made from this one rule.

import { type RawBuilder, sql } from 'kysely'

export type Standing = 'waiting' | 'delivered' | 'superseded' | 'refused' | 'dead'

export const standings = ['waiting', 'delivered', 'superseded', 'refused', 'dead'] as const

/** A condition on the deliveries that are meant, as rows `o`, of outcomes or of the queue. */
export type Which = RawBuilder<unknown>

/**
 * The outcome that counts of each delivery that has ended, with the columns of `delivery_outcomes`:
 * that of the first round that was delivered, or of the last round.
 */
export function settled(which: Which, order: 'ASC' | 'DESC' = 'ASC') {
  const direction = sql.raw(order)
  return sql`SELECT DISTINCT ON (o.seq, o.subscription_id) o.*
    FROM delivery_outcomes o WHERE ${which}
    ORDER BY o.seq ${direction}, o.subscription_id, (o.outcome = 'delivered') DESC,
      CASE WHEN o.outcome = 'delivered' THEN o.round ELSE -o.round END`
}

/**
 * Every delivery once: seq, subscription_id, standing, attempts, reason, ended_at (null while it
 * waits), round and replay_id.
 */
export function standingsOf(which: Which) {
  return sql`
    SELECT s.seq, s.subscription_id, CASE WHEN w.seq IS NULL OR s.outcome = 'delivered'
        THEN s.outcome ELSE 'waiting' END AS standing,
      CASE WHEN w.seq IS NULL OR s.outcome = 'delivered' THEN s.attempts ELSE w.attempts END
        AS attempts,
      CASE WHEN w.seq IS NULL OR s.outcome = 'delivered' THEN s.reason ELSE w.reason END AS reason,
      CASE WHEN w.seq IS NULL OR s.outcome = 'delivered' THEN s.ended_at END AS ended_at,
      CASE WHEN w.seq IS NULL OR s.outcome = 'delivered' THEN s.round ELSE w.round END AS round,
      CASE WHEN w.seq IS NULL OR s.outcome = 'delivered' THEN s.replay_id ELSE w.replay_id END
        AS replay_id
    FROM (${settled(which)}) s LEFT JOIN delivery_queue w USING (seq, subscription_id)
    UNION ALL
    SELECT o.seq, o.subscription_id, 'waiting', o.attempts, o.reason, NULL, o.round, o.replay_id
    FROM delivery_queue o WHERE ${which} AND o.round = 0`
}

/** Counts of rows with a `standing`, by standing. */
export const standingCounts = sql`count(*) FILTER (WHERE standing = 'delivered')::int AS delivered,
  count(*) FILTER (WHERE standing = 'superseded')::int AS superseded,
  count(*) FILTER (WHERE standing = 'refused')::int AS refused,
  count(*) FILTER (WHERE standing = 'dead')::int AS dead,
  count(*) FILTER (WHERE standing = 'waiting')::int AS waiting`

export interface StandingCounts {
  readonly delivered: number
  readonly superseded: number
  readonly refused: number
  readonly dead: number
  readonly waiting: number
}

/** How many deliveries are counted. */
export function sumOf({ delivered, superseded, refused, dead, waiting }: StandingCounts): number {
  return delivered + superseded + refused + dead + waiting
}
