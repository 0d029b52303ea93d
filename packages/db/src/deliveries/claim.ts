// Claims: a notifier takes due deliveries by writing its name on them and keeps no transaction
// open while it sends.

import { sql } from 'kysely'
import type { Db } from '../open-database.ts'
import { isBlocked } from './is-blocked.ts'
import { newerIsOwed, overtakenReason } from './newer-is-owed.ts'
import { type Recipient, recipientColumns } from './recipient.ts'
import { readSkipped, type Skipped } from './skipped.ts'

export interface DeliveryKey {
  readonly seq: number
  readonly subscriptionId: string
}

export interface ClaimedDelivery extends Recipient {
  readonly seq: number
  readonly reportId: string | null
  readonly revision: number | null
  readonly attempts: number
  /** 0 at first; one more in each replay. */
  readonly round: number
  /** When the replay was asked for that this try belongs to: it is not given up before its own time. */
  readonly replayedAt: Date | null
  /** The highest level of the report by now: a later revision may have raised it. */
  readonly peakLevel: number
  /** What was superseded since the last revision that it got; nothing when nothing was. */
  readonly skipped: Skipped | undefined
}

export const deliveryColumns = sql`q.seq, q.report_id AS "reportId", q.revision, q.attempts, q.round,
  (SELECT created_at FROM replays p WHERE p.replay_id = q.replay_id) AS "replayedAt",
  coalesce((SELECT peak_level FROM reports r WHERE r.report_id = q.report_id),
    (SELECT peak_level FROM events e WHERE e.seq = q.seq)) AS "peakLevel"`

export interface ClaimOptions {
  readonly lane: string
  readonly notifierId: string
  readonly limit: number
  /** Of one subscription at most so many, so that a long backlog of one leaves room for others. */
  readonly perSubscriptionMax: number
  /** Subscriptions and organisations of which nothing is claimed. */
  readonly except: readonly string[]
  readonly exceptOrganisations: readonly string[]
  /** Of each level, subscriptions after this one come first: so that each has its turn. */
  readonly after: string | null
}

/**
 * Claims due deliveries of a lane: the highest level first, organisations in turn, the longest due
 * first; other notifiers skip them. What a newer revision has overtaken (mode latest) is superseded
 * instead.
 */
export async function claimDue(db: Db, options: ClaimOptions): Promise<ClaimedDelivery[]> {
  const { rows } = await sql<Omit<ClaimedDelivery, 'skipped'>>`
    WITH candidate AS (
      SELECT c.*, s.organisation_id FROM (VALUES (4), (3), (2), (1), (0)) AS levels (level),
        LATERAL (${walk(options, sql`>`)} UNION ALL ${walk(options, sql`<=`)}
          LIMIT ${options.limit * 2}) c
        JOIN subscriptions s USING (subscription_id)
    ), ranked AS (
      SELECT *, row_number() OVER (PARTITION BY subscription_id ORDER BY level DESC, due_at, seq) AS nr
      FROM candidate
    ), fair AS (
      SELECT seq, subscription_id,
        row_number() OVER (PARTITION BY organisation_id ORDER BY level DESC, nr, due_at, seq) AS turn
      FROM ranked WHERE nr <= ${options.perSubscriptionMax}
    ), due AS (
      SELECT q.seq, q.subscription_id, q.level, fair.turn
      FROM delivery_queue q JOIN fair USING (seq, subscription_id)
      WHERE q.claimed_by IS NULL AND q.due_at <= now()
      ORDER BY q.level DESC, fair.turn, q.due_at, q.seq
      LIMIT ${options.limit} FOR UPDATE OF q SKIP LOCKED
    ), overtaken AS (
      DELETE FROM delivery_queue q USING due, events e
      WHERE q.seq = due.seq AND q.subscription_id = due.subscription_id
        AND e.seq = q.seq AND NOT q.ordered AND q.replay_id IS NULL AND ${newerIsOwed}
      RETURNING q.seq, q.subscription_id, q.attempts, q.round
    ), outcomes AS (
      INSERT INTO delivery_outcomes (seq, subscription_id, outcome, reason, attempts, round)
      SELECT seq, subscription_id, 'superseded', ${overtakenReason}, attempts, round FROM overtaken
    ), claimed AS (
      UPDATE delivery_queue q SET claimed_by = ${options.notifierId}::uuid FROM due
      WHERE q.seq = due.seq AND q.subscription_id = due.subscription_id
        AND NOT EXISTS (SELECT FROM overtaken o
          WHERE o.seq = q.seq AND o.subscription_id = q.subscription_id)
      RETURNING q.*, due.turn)
    SELECT ${deliveryColumns}, ${recipientColumns}
    FROM claimed q JOIN subscriptions s USING (subscription_id) JOIN organisations o USING (organisation_id)
    ORDER BY q.level DESC, q.turn, q.due_at, q.seq`.execute(db)
  const skippedOf = await readSkipped(db, rows)
  return rows.map((row) => ({ ...row, skipped: skippedOf(row) }))
}

// From subscription to subscription, each by one step through the index, and of each the longest due.
// Stops as soon as enough is found.
function walk(options: ClaimOptions, side: ReturnType<typeof sql>) {
  const { lane, after, except, exceptOrganisations, perSubscriptionMax } = options
  const waiting = sql`lane = ${lane} AND level = levels.level AND claimed_by IS NULL
    AND subscription_id ${side} ${after ?? zeroId}::uuid`
  return sql`(
    WITH RECURSIVE step AS (
      (SELECT subscription_id FROM delivery_queue WHERE ${waiting} ORDER BY subscription_id LIMIT 1)
      UNION ALL
      SELECT next.subscription_id FROM step, LATERAL (
        SELECT subscription_id FROM delivery_queue
        WHERE ${waiting} AND subscription_id > step.subscription_id
        ORDER BY subscription_id LIMIT 1) next
    )
    SELECT own.* FROM step, LATERAL (
      SELECT q.seq, q.subscription_id, q.level, q.due_at FROM delivery_queue q
      WHERE q.lane = ${lane} AND q.level = levels.level AND q.claimed_by IS NULL
        AND q.subscription_id = step.subscription_id AND q.due_at <= now()
        AND ${isBlocked} IS NOT TRUE
      ORDER BY q.due_at, q.seq LIMIT ${perSubscriptionMax}) own
    WHERE step.subscription_id <> ALL(${[...except]}::uuid[])
      AND step.subscription_id <> ALL(ARRAY(SELECT subscription_id FROM subscriptions
        WHERE organisation_id = ANY(${[...exceptOrganisations]}::text[]))))`
}

const zeroId = '00000000-0000-0000-0000-000000000000'

/** Names the lanes that have something to expand or a delivery due: the sweep's one question. */
export async function lanesWithWork(db: Db): Promise<string[]> {
  const { rows } = await sql<{ lane: string }>`
    SELECT lane FROM unnest(ARRAY['level4', 'level3', 'level0to2', 'retry', 'replay']) AS lanes (lane)
    WHERE EXISTS (SELECT FROM delivery_queue q
        WHERE q.lane = lanes.lane AND q.claimed_by IS NULL AND q.due_at <= now()
          AND ${isBlocked} IS NOT TRUE)
      OR EXISTS (SELECT FROM fan_outs f
        WHERE f.lane = lanes.lane AND f.completed_at IS NULL)`.execute(db)
  return rows.map((row) => row.lane)
}
