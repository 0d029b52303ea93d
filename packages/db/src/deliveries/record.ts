// Results of attempts, many in one statement: the attempt is appended, an ended delivery leaves
// the queue in the same statement that writes its outcome, a failed one gets its next due time or,
// in mode latest, gives way to a newer revision.

import { sql } from 'kysely'
import type { Db } from '../open-database.ts'
import { newerIsOwed, overtakenReason } from './newer-is-owed.ts'

export interface AttemptResult {
  readonly seq: number
  readonly subscriptionId: string
  readonly attempt: number
  readonly round: number
  readonly startedAt: string
  readonly durationMs: number
  readonly result: 'delivered' | 'retry' | 'refused'
  readonly status: number | null
  readonly reason: string
  /** How the delivery ends; null when it is tried again after `retryInMs`. */
  readonly outcome: 'delivered' | 'refused' | 'dead' | null
  readonly retryInMs: number | null
}

/**
 * Records attempts and resolves to the lanes in which deliveries now have their turn. Only who holds a
 * delivery puts it off or ends it; that it was delivered counts from anybody, be he taken for dead. Asynchronous
 * commit is enough here: a crash may forget that something was delivered, and then it is delivered
 * again, but a delivery is never forgotten.
 */
export async function recordAttempts(
  db: Db,
  notifierId: string,
  results: readonly AttemptResult[],
): Promise<string[]> {
  if (results.length === 0) return []
  const { rows } = await sql<{ lane: string }>`
    WITH input AS MATERIALIZED (
      SELECT * FROM json_to_recordset(${JSON.stringify(results)}::json) AS input (
        seq bigint, "subscriptionId" uuid, attempt integer, round smallint, "startedAt" timestamptz,
        "durationMs" integer, result text, status integer, reason text, outcome text,
        "retryInMs" integer)
    ), tried AS (
      INSERT INTO delivery_attempts (seq, subscription_id, attempt, round, started_at, duration_ms,
        result, status, reason)
      SELECT seq, "subscriptionId", attempt, round, "startedAt", "durationMs", result, status, reason
      FROM input
    ), ended AS (
      DELETE FROM delivery_queue q USING input i
      WHERE q.seq = i.seq AND q.subscription_id = i."subscriptionId" AND i.outcome IS NOT NULL
        AND q.round = i.round
        AND (i.outcome = 'delivered' OR q.claimed_by = ${notifierId}::uuid)
      RETURNING q.seq, q.subscription_id, q.report_id, q.ordered, q.round, q.replay_id, i.outcome,
        i.reason, i.attempt
    ), overtaken AS (
      DELETE FROM delivery_queue q USING input i, events e
      WHERE q.seq = i.seq AND q.subscription_id = i."subscriptionId" AND i.outcome IS NULL
        AND q.round = i.round AND q.claimed_by = ${notifierId}::uuid
        AND e.seq = q.seq AND NOT q.ordered AND q.replay_id IS NULL AND ${newerIsOwed}
      RETURNING q.seq, q.subscription_id, q.round, i.attempt
    ), outcomes AS (
      INSERT INTO delivery_outcomes (seq, subscription_id, outcome, reason, attempts, round, replay_id)
      SELECT seq, subscription_id, outcome, reason, attempt, round, replay_id FROM ended
      UNION ALL
      SELECT seq, subscription_id, 'superseded', ${overtakenReason}, attempt, round, NULL FROM overtaken
    ), again AS (
      UPDATE delivery_queue q SET attempts = i.attempt, reason = i.reason,
        lane = CASE WHEN q.lane IN ('replay', 'digest') THEN q.lane ELSE 'retry' END,
        claimed_by = NULL, due_at = now() + make_interval(secs => i."retryInMs" / 1000.0)
      FROM input i
      WHERE q.seq = i.seq AND q.subscription_id = i."subscriptionId" AND i.outcome IS NULL
        AND q.round = i.round AND q.claimed_by = ${notifierId}::uuid
        AND NOT EXISTS (SELECT FROM overtaken o
          WHERE o.seq = q.seq AND o.subscription_id = q.subscription_id)
    )
    SELECT DISTINCT next.lane FROM ended e JOIN delivery_queue next USING (subscription_id, report_id)
    WHERE e.ordered AND next.seq <> e.seq AND next.claimed_by IS NULL`.execute(db)
  return rows.map((row) => row.lane)
}
