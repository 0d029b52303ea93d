// Deliveries and attempts of a subscription, for its owner.

import { sql } from 'kysely'
import type { Db } from '../open-database.ts'
import {
  type DeliveryStanding,
  standingColumns,
  type StandingRow,
  toStanding,
  waitingTables,
} from './ledger.ts'
import { type Standing, standingsOf } from './standing.ts'

export interface DeliveryLine extends DeliveryStanding {
  readonly seq: number
  readonly eventId: string
  readonly reportId: string | null
  readonly revision: number | null
}

interface Page {
  readonly before: number | null
  readonly limit: number
  readonly standing: Standing | null
}

/** Lists deliveries of a subscription, newest event first. */
export async function listDeliveries(
  db: Db,
  subscriptionId: string,
  page: Page,
): Promise<DeliveryLine[]> {
  const { rows } = await sql<StandingRow & DeliveryLine>`
    SELECT d.seq, e.event_id AS "eventId", e.report_id AS "reportId", e.revision, ${standingColumns}
    FROM (
      SELECT d.* FROM (${candidates(subscriptionId, page)}) c, LATERAL (${standingsOf(sql`
        o.seq = c.seq AND o.subscription_id = ${subscriptionId}`)}) d
      WHERE ${page.standing}::text IS NULL OR d.standing = ${page.standing}::text
      ORDER BY c.seq DESC LIMIT ${page.limit}) d
    JOIN events e USING (seq) ${waitingTables}
    ORDER BY d.seq DESC`.execute(db)
  return rows.map(({ seq, eventId, reportId, revision, ...row }) => {
    return { seq, eventId, reportId, revision, ...toStanding(row) }
  })
}

// The events in question, newest first and from an index each: one that stands as asked waits, or has
// an outcome that says so. Without a standing none of them is left out again: a page is enough.
function candidates(subscriptionId: string, { before, standing, limit }: Page) {
  const ofIts = sql`subscription_id = ${subscriptionId}
    AND (${before}::bigint IS NULL OR seq < ${before}::bigint)`
  const waiting = sql`SELECT seq FROM delivery_queue WHERE ${ofIts} ORDER BY seq DESC`
  if (standing === 'waiting') return waiting
  if (standing !== null) {
    return sql`SELECT DISTINCT seq FROM delivery_outcomes
      WHERE ${ofIts} AND outcome = ${sql.lit(standing)} ORDER BY seq DESC`
  }
  return sql`(SELECT DISTINCT seq FROM delivery_outcomes WHERE ${ofIts}
    ORDER BY seq DESC LIMIT ${limit}) UNION (${waiting} LIMIT ${limit}) ORDER BY seq DESC`
}

export interface AttemptLine {
  readonly attempt: number
  readonly startedAt: Date
  readonly durationMs: number
  readonly result: string
  readonly status: number | null
  readonly reason: string
  /** 0 for the first delivery, higher for each replay of it. */
  readonly round: number
  readonly replayId: string | null
}

/** An attempt after which a page begins. */
export type AttemptPlace = Pick<AttemptLine, 'round' | 'attempt'>

export interface AttemptsPage {
  readonly subscriptionId: string
  readonly eventId: string
  readonly after: AttemptPlace | null
  readonly limit: number
}

/** Lists attempts of one delivery, oldest first; resolves to nothing when it was never owed. */
export async function listAttempts(
  db: Db,
  { subscriptionId, eventId, after, limit }: AttemptsPage,
): Promise<AttemptLine[] | undefined> {
  const { rows } = await sql<{ seq: number }>`
    SELECT seq FROM events WHERE event_id = ${eventId} AND (
      EXISTS (SELECT FROM delivery_queue q
        WHERE q.seq = events.seq AND q.subscription_id = ${subscriptionId})
      OR EXISTS (SELECT FROM delivery_outcomes o
        WHERE o.seq = events.seq AND o.subscription_id = ${subscriptionId}))`.execute(db)
  const event = rows[0]
  if (!event) return undefined
  const { rows: attempts } = await sql<AttemptLine>`
    SELECT a.attempt, a.started_at AS "startedAt", a.duration_ms AS "durationMs", a.result, a.status,
      a.reason, a.round, coalesce(o.replay_id, q.replay_id) AS "replayId"
    FROM delivery_attempts a
    LEFT JOIN delivery_outcomes o USING (seq, subscription_id, round)
    LEFT JOIN delivery_queue q USING (seq, subscription_id, round)
    WHERE a.subscription_id = ${subscriptionId} AND a.seq = ${event.seq}
      AND (a.round, a.attempt) > (${after?.round ?? 0}::int, ${after?.attempt ?? 0}::int)
    ORDER BY a.round, a.attempt LIMIT ${limit}`.execute(db)
  return attempts
}
