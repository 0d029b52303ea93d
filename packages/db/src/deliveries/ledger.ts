// The ledger of an event: owed = delivered + superseded + refused + dead + waiting, counted in one
// statement, hence at one moment.

import { sql } from 'kysely'
import type { Db } from '../open-database.ts'
import { waitingReason } from './waiting-reason.ts'

export interface Ledger {
  readonly eventId: string
  readonly seq: number
  /** False while the event is still being expanded: `owed` may grow. */
  readonly expanded: boolean
  readonly owed: number
  readonly delivered: number
  readonly superseded: number
  readonly refused: number
  readonly dead: number
  readonly waiting: number
  readonly balances: boolean
}

export interface LedgerLine {
  readonly subscriptionId: string
  readonly organisationId: string
  readonly channel: string
  readonly standing: 'waiting' | 'superseded' | 'refused' | 'dead' | 'delivered'
  readonly attempts: number
  readonly reason: string
  readonly at: Date | null
}

type Counts = Omit<Ledger, 'balances'>

/** Counts what an event owes; resolves to nothing when there is no such event. */
export async function readLedger(db: Db, eventId: string): Promise<Ledger | undefined> {
  const { rows } = await sql<Counts>`
    SELECT e.event_id AS "eventId", e.seq, f.completed_at IS NOT NULL AS expanded, f.owed,
      o.delivered::int, o.superseded::int, o.refused::int, o.dead::int, q.waiting::int
    FROM events e JOIN fan_outs f USING (seq),
      LATERAL (SELECT count(*) FILTER (WHERE outcome = 'delivered') AS delivered,
        count(*) FILTER (WHERE outcome = 'superseded') AS superseded,
        count(*) FILTER (WHERE outcome = 'refused') AS refused,
        count(*) FILTER (WHERE outcome = 'dead') AS dead
        FROM delivery_outcomes WHERE seq = e.seq) o,
      LATERAL (SELECT count(*) AS waiting FROM delivery_queue WHERE seq = e.seq) q
    WHERE e.event_id = ${eventId}`.execute(db)
  const counts = rows[0]
  if (!counts) return undefined
  const ended = counts.delivered + counts.superseded + counts.refused + counts.dead
  return { ...counts, balances: counts.owed === ended + counts.waiting }
}

/** Lists every delivery of an event with its reason in words, at most `limit`. */
export async function readLedgerLines(
  db: Db,
  seq: number,
  options: { after: string | null; limit: number },
): Promise<LedgerLine[]> {
  const { rows } = await sql<LedgerLine>`
    SELECT d.subscription_id AS "subscriptionId", s.organisation_id AS "organisationId", s.channel,
      d.standing, d.attempts, d.reason, d.at
    FROM (
      SELECT subscription_id, outcome AS standing, attempts, reason, ended_at AS at
      FROM delivery_outcomes WHERE seq = ${seq}
      UNION ALL
      SELECT subscription_id, 'waiting', attempts,
        ${waitingReason}, nullif(due_at, 'infinity')
      FROM delivery_queue WHERE seq = ${seq}) d
    JOIN subscriptions s USING (subscription_id)
    WHERE ${options.after}::uuid IS NULL OR d.subscription_id > ${options.after}::uuid
    ORDER BY d.subscription_id LIMIT ${options.limit}`.execute(db)
  return rows
}

/** Counts the events whose ledger does not balance; anything but zero is a defect. */
export async function countUnbalanced(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*)::int AS count FROM fan_outs f WHERE f.owed <>
      (SELECT count(*) FROM delivery_outcomes o WHERE o.seq = f.seq)
      + (SELECT count(*) FROM delivery_queue q WHERE q.seq = f.seq)`.execute(db)
  return rows[0]?.count ?? 0
}
