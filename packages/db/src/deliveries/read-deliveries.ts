// Deliveries and attempts of a subscription, for its owner.

import { sql } from 'kysely'
import type { Db } from '../open-database.ts'
import { waitingReason } from './waiting-reason.ts'

export interface DeliveryLine {
  readonly seq: number
  readonly eventId: string
  readonly reportId: string | null
  readonly revision: number | null
  readonly standing: string
  readonly attempts: number
  readonly reason: string
  readonly at: Date | null
}

/** Lists deliveries of a subscription, newest event first. */
export async function listDeliveries(
  db: Db,
  subscriptionId: string,
  page: { before: number | null; limit: number; standing: string | null },
): Promise<DeliveryLine[]> {
  const { rows } = await sql<DeliveryLine>`
    SELECT d.seq, e.event_id AS "eventId", e.report_id AS "reportId", e.revision,
      d.standing, d.attempts, d.reason, d.at
    FROM (
      SELECT seq, outcome AS standing, attempts, reason, ended_at AS at
      FROM delivery_outcomes WHERE subscription_id = ${subscriptionId}
      UNION ALL
      SELECT seq, 'waiting', attempts, ${waitingReason}, nullif(due_at, 'infinity')
      FROM delivery_queue WHERE subscription_id = ${subscriptionId}) d
    JOIN events e USING (seq)
    WHERE (${page.before}::bigint IS NULL OR d.seq < ${page.before}::bigint)
      AND (${page.standing}::text IS NULL OR d.standing = ${page.standing}::text)
    ORDER BY d.seq DESC LIMIT ${page.limit}`.execute(db)
  return rows
}

export interface AttemptLine {
  readonly attempt: number
  readonly startedAt: Date
  readonly durationMs: number
  readonly result: string
  readonly status: number | null
  readonly reason: string
}

/** Lists the attempts of one delivery, oldest first; resolves to nothing when it was never owed. */
export async function listAttempts(
  db: Db,
  subscriptionId: string,
  eventId: string,
): Promise<AttemptLine[] | undefined> {
  const { rows } = await sql<{ seq: number }>`
    SELECT seq FROM events WHERE event_id = ${eventId} AND (
      EXISTS (SELECT FROM delivery_queue q
        WHERE q.seq = events.seq AND q.subscription_id = ${subscriptionId})
      OR EXISTS (SELECT FROM delivery_outcomes o
        WHERE o.seq = events.seq AND o.subscription_id = ${subscriptionId}))`.execute(db)
  const event = rows[0]
  if (!event) return undefined
  return db
    .selectFrom('delivery_attempts')
    .select(['attempt', 'started_at as startedAt', 'duration_ms as durationMs'])
    .select(['result', 'status', 'reason'])
    .where('subscription_id', '=', subscriptionId)
    .where('seq', '=', event.seq)
    .orderBy('attempt')
    .limit(1000)
    .execute()
}
