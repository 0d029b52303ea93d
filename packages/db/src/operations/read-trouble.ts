// What an operator asks when deliveries do not arrive: which ones wait too long and why, which endpoints
// fail, and who is there to send.

import { sql } from 'kysely'
import {
  nextTryAt,
  waitingColumns,
  type WaitingFacts,
  waitsFor,
} from '../deliveries/waiting-reason.ts'
import type { Db, Tx } from '../open-database.ts'

export interface StuckDelivery {
  readonly eventId: string
  readonly subscriptionId: string
  readonly organisationId: string
  readonly lane: string
  readonly level: number
  readonly attempts: number
  readonly recordedAt: Date
  readonly reason: string
  readonly waitsFor: string
  readonly nextTryAt: Date | null
}

/** Lists deliveries that wait although they were owed long ago, the most urgent and oldest first. */
export async function listLate(
  db: Db,
  { olderThanMs, limit }: { readonly olderThanMs: number; readonly limit: number },
): Promise<StuckDelivery[]> {
  const { rows } = await sql<Omit<StuckDelivery, 'waitsFor' | 'nextTryAt'> & WaitingFacts>`
    SELECT e.event_id AS "eventId", s.subscription_id AS "subscriptionId",
      s.organisation_id AS "organisationId", q.level, q.attempts, e.recorded_at AS "recordedAt",
      coalesce(q.reason, 'not tried yet') AS reason, ${waitingColumns}
    FROM delivery_queue q JOIN events e USING (seq) JOIN subscriptions s USING (subscription_id)
      LEFT JOIN endpoint_health h USING (subscription_id)
    WHERE q.replay_id IS NULL
      AND e.recorded_at < now() - make_interval(secs => ${olderThanMs}::bigint / 1000.0)
      AND NOT (q.lane = 'digest' AND q.due_at > now())
    ORDER BY q.level DESC, q.seq LIMIT ${limit}`.execute(db)
  return rows.map((row) => {
    const { eventId, subscriptionId, organisationId, lane, level, attempts, recordedAt, reason } =
      row
    const place = { eventId, subscriptionId, organisationId, lane, level, attempts, recordedAt }
    return { ...place, reason, waitsFor: waitsFor(row), nextTryAt: nextTryAt(row) }
  })
}

export interface FailingEndpoint {
  readonly subscriptionId: string
  readonly organisationId: string
  readonly channel: string
  readonly state: string
  readonly failingSince: Date | null
  readonly failures: number
  readonly waiting: number
  readonly nextTryAt: Date | null
  readonly lastReason: string | null
}

/** Lists the endpoints that fail and the subscriptions that are paused while something waits for them. */
export async function listFailing(db: Db, limit: number): Promise<FailingEndpoint[]> {
  const { rows } = await sql<FailingEndpoint>`
    SELECT * FROM (
      SELECT s.subscription_id AS "subscriptionId", s.organisation_id AS "organisationId", s.channel,
        CASE WHEN s.state <> 'active' THEN s.state WHEN h.switched_off_at IS NOT NULL
          THEN 'switchedOff' ELSE h.state END AS state,
        h.failing_since AS "failingSince", coalesce(h.consecutive_failures, 0) AS failures,
        (SELECT count(*)::int FROM delivery_queue q
          WHERE q.subscription_id = s.subscription_id) AS waiting,
        h.probe_at AS "nextTryAt",
        CASE WHEN s.state <> 'active' THEN s.state_reason ELSE h.last_reason END AS "lastReason"
      FROM subscriptions s LEFT JOIN endpoint_health h USING (subscription_id)
      WHERE s.state = 'active' AND (h.failing_since IS NOT NULL OR h.switched_off_at IS NOT NULL)
        OR s.state = 'paused') found
    WHERE state <> 'paused' OR waiting > 0 OR "lastReason" IS NOT NULL
    ORDER BY "failingSince" NULLS LAST, "subscriptionId" LIMIT ${limit}`.execute(db)
  return rows
}

/** Counts the notifiers that live, and those that fell silent without signing off. */
export async function countNotifiers(db: Db): Promise<{ alive: number; silent: number }> {
  const { rows } = await sql<{ alive: number; silent: number }>`
    SELECT count(*) FILTER (WHERE alive_until > now())::int AS alive,
      count(*) FILTER (WHERE alive_until <= now())::int AS silent FROM notifiers`.execute(db)
  return rows[0] ?? { alive: 0, silent: 0 }
}

/** Counts what is held for an endpoint. */
export async function countHeld(db: Db | Tx, subscriptionId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*)::int AS count FROM delivery_queue
    WHERE subscription_id = ${subscriptionId} AND due_at = 'infinity' AND claimed_by IS NULL`.execute(
    db,
  )
  return rows[0]?.count ?? 0
}
