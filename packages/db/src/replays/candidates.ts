// What a replay means: which deliveries of a subscription, by where they stand now.

import { sql } from 'kysely'
import type { DeliveryOutcome } from '../deliveries/delivery-tables.ts'
import { settled } from '../deliveries/standing.ts'

/** What is to be sent again: one event, all that failed since, or what a filter names. */
export type ReplayWish =
  | { readonly eventId: string }
  /** An ISO instant. */
  | { readonly failedSince: string }
  | { readonly filter: ReplayFilter }

/** Every member narrows; without any it is everything that the subscription was ever owed. */
export interface ReplayFilter {
  /** Instants of recording: from the one on, and before the other. */
  readonly from?: string
  readonly until?: string
  readonly standings?: readonly DeliveryOutcome[]
  readonly reportId?: string
  readonly minLevel?: number
  /** A cursor of the feed. */
  readonly afterCursor?: string
}

export interface Span {
  readonly subscriptionId: string
  readonly afterSeq: number
  readonly untilSeq: number
}

/**
 * Looks at up to `limit` ended deliveries after a place, in feed order: rows of seq, report_id,
 * revision, level, round (the next one) and whether they are `wanted` by the wish, which has to be
 * of events `e` and outcomes `o`.
 */
export function lookAt(wish: ReplayWish, span: Span, limit: number | null) {
  const within = sql`o.subscription_id = ${span.subscriptionId} AND o.seq > ${span.afterSeq}
    AND o.seq <= ${span.untilSeq}`
  const rows = limit === null ? sql`ALL` : sql`${limit}::int`
  return sql`SELECT o.seq, o.subscription_id, e.report_id, e.revision,
      coalesce(r.peak_level, e.peak_level) AS level,
      (SELECT max(a.round) + 1 FROM (
        SELECT max(round) AS round FROM delivery_outcomes
        WHERE subscription_id = o.subscription_id AND seq = o.seq
        UNION ALL SELECT max(round) FROM delivery_attempts
        WHERE subscription_id = o.subscription_id AND seq = o.seq) a) AS round,
      ${wanted(wish)} AS wanted
    FROM (${settled(within)} LIMIT ${rows}) o
    JOIN events e USING (seq) LEFT JOIN reports r ON r.report_id = e.report_id`
}

function wanted(wish: ReplayWish) {
  if ('eventId' in wish) return sql`e.event_id = ${wish.eventId}::uuid`
  if ('failedSince' in wish) {
    return sql`(o.outcome IN ('dead', 'refused')
      AND o.ended_at >= ${wish.failedSince}::timestamptz)`
  }
  const { from, until, standings, reportId, minLevel } = wish.filter
  return sql`((${from ?? null}::timestamptz IS NULL OR e.recorded_at >= ${from ?? null}::timestamptz)
    AND (${until ?? null}::timestamptz IS NULL OR e.recorded_at < ${until ?? null}::timestamptz)
    AND (${standings ? [...standings] : null}::text[] IS NULL
      OR o.outcome = ANY(${standings ? [...standings] : null}::text[]))
    AND (${reportId ?? null}::uuid IS NULL OR e.report_id = ${reportId ?? null}::uuid)
    AND (${minLevel ?? null}::int IS NULL
      OR coalesce(r.peak_level, e.peak_level) >= ${minLevel ?? null}::int))`
}

/** Mode latest: a newer revision than that of a row `c` has been delivered, or is on its way. */
export const overtakenNow = sql`EXISTS (SELECT FROM events n WHERE n.report_id = c.report_id
  AND n.revision > c.revision AND (
    EXISTS (SELECT FROM delivery_outcomes d WHERE d.seq = n.seq
      AND d.subscription_id = c.subscription_id AND d.outcome = 'delivered')
    OR EXISTS (SELECT FROM delivery_queue w WHERE w.seq = n.seq
      AND w.subscription_id = c.subscription_id AND w.replay_id IS NULL)))`
