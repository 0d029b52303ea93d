// Claims: a notifier takes due deliveries by writing its name on them and keeps no transaction
// open while it sends. What a dead notifier had taken is given back by the others.

import { sql } from 'kysely'
import type { Db } from '../open-database.ts'
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
  /** The highest level of the report by now: a later revision may have raised it. */
  readonly peakLevel: number
  /** What was superseded since the last revision that it got; nothing when nothing was. */
  readonly skipped: Skipped | undefined
}

export const deliveryColumns = sql`q.seq, q.report_id AS "reportId", q.revision, q.attempts, q.round,
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
}

/**
 * Claims due deliveries of a lane: the highest level first, organisations in turn, the longest due
 * first; other notifiers skip them. What a newer revision has overtaken (mode latest) is superseded
 * instead.
 */
export async function claimDue(db: Db, options: ClaimOptions): Promise<ClaimedDelivery[]> {
  const { rows } = await sql<Omit<ClaimedDelivery, 'skipped'>>`
    WITH candidate AS (
      SELECT c.* FROM (VALUES (4), (3), (2), (1), (0)) AS levels (level), LATERAL (
        SELECT q.seq, q.subscription_id, s.organisation_id, q.level, q.due_at
        FROM delivery_queue q JOIN subscriptions s USING (subscription_id)
        WHERE q.lane = ${options.lane} AND q.level = levels.level AND q.claimed_by IS NULL
          AND q.due_at <= now() AND q.subscription_id <> ALL(${[...options.except]}::uuid[])
          AND s.organisation_id <> ALL(${[...options.exceptOrganisations]}::text[])
          AND NOT (q.ordered AND q.replay_id IS NULL AND EXISTS (SELECT FROM delivery_queue older
            WHERE older.subscription_id = q.subscription_id AND older.report_id = q.report_id
              AND older.revision < q.revision AND older.replay_id IS NULL))
        ORDER BY q.due_at, q.seq LIMIT ${options.limit * 4}) c
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

/**
 * Gives deliveries back untried, due again after `delayMs`; with null they wait for their
 * subscription to resume, which may be at this very moment: hence the lock.
 */
export async function release(
  db: Db,
  notifierId: string,
  deliveries: readonly DeliveryKey[],
  delayMs: number | null,
): Promise<void> {
  if (deliveries.length === 0) return
  const ids = deliveries.map((d) => d.subscriptionId)
  await sql`
    WITH held AS (
      SELECT subscription_id, state <> 'active' AS waits FROM subscriptions
      WHERE ${delayMs}::int IS NULL AND subscription_id = ANY(${ids}::uuid[]) FOR SHARE)
    UPDATE delivery_queue q SET claimed_by = NULL, due_at = CASE WHEN held.waits THEN 'infinity'
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

/** Names the lanes that have something to expand or a delivery due: the sweep's one question. */
export async function lanesWithWork(db: Db): Promise<string[]> {
  const { rows } = await sql<{ lane: string }>`
    SELECT lane FROM unnest(ARRAY['level4', 'level3', 'level0to2', 'retry', 'replay']) AS lanes (lane)
    WHERE EXISTS (SELECT FROM (VALUES (4), (3), (2), (1), (0)) AS levels (level)
        WHERE EXISTS (SELECT FROM delivery_queue q WHERE q.lane = lanes.lane
          AND q.level = levels.level AND q.claimed_by IS NULL AND q.due_at <= now()))
      OR EXISTS (SELECT FROM fan_outs f
        WHERE f.lane = lanes.lane AND f.completed_at IS NULL)`.execute(db)
  return rows.map((row) => row.lane)
}
