// The ledger of an event: owed = delivered + superseded + refused + dead + waiting, counted in one
// statement, hence at one moment.

import { sql } from 'kysely'
import type { Db } from '../open-database.ts'
import {
  type Standing,
  type StandingCounts,
  standingCounts,
  standingsOf,
  sumOf,
} from './standing.ts'
import { nextTryAt, waitingColumns, type WaitingFacts, waitsFor } from './waiting-reason.ts'

export interface Ledger extends StandingCounts {
  readonly eventId: string
  readonly seq: number
  /** False while the event is still being expanded: `owed` may grow. */
  readonly expanded: boolean
  readonly owed: number
  readonly balances: boolean
}

/** A delivery with its reason in words, as every list shows it. */
export interface DeliveryStanding {
  readonly standing: Standing
  readonly attempts: number
  /** What the last try or its end came to. */
  readonly reason: string
  /** Of one that waits: what for. */
  readonly waitsFor: string | null
  /** When it ended, or is tried next. */
  readonly at: Date | null
  readonly round: number
  readonly replayId: string | null
}

export interface LedgerLine extends DeliveryStanding {
  readonly subscriptionId: string
  readonly organisationId: string
  readonly channel: string
}

type Counts = Omit<Ledger, 'balances'>

/** Counts what an event owes; resolves to nothing when there is no such event. */
export async function readLedger(db: Db, eventId: string): Promise<Ledger | undefined> {
  const { rows } = await sql<Counts>`
    SELECT e.event_id AS "eventId", e.seq, f.completed_at IS NOT NULL AS expanded, f.owed, c.*
    FROM events e JOIN fan_outs f USING (seq), LATERAL (
      SELECT ${standingCounts} FROM (${standingsOf(sql`o.seq = e.seq`)}) d) c
    WHERE e.event_id = ${eventId}`.execute(db)
  const counts = rows[0]
  return counts && { ...counts, balances: counts.owed === sumOf(counts) }
}

/** Lists every delivery of an event with its reason in words, at most `limit`. */
export async function readLedgerLines(
  db: Db,
  seq: number,
  options: { after: string | null; limit: number },
): Promise<LedgerLine[]> {
  const { after, limit } = options
  const which = sql`o.seq = ${seq}
    AND (${after}::uuid IS NULL OR o.subscription_id > ${after}::uuid)`
  const { rows } = await sql<StandingRow & LedgerLine>`
    SELECT d.subscription_id AS "subscriptionId", s.organisation_id AS "organisationId", s.channel,
      ${standingColumns}
    FROM (${standingsOf(which)} ORDER BY 2 LIMIT ${limit}) d ${waitingTables}
    ORDER BY d.subscription_id`.execute(db)
  return rows.map(({ subscriptionId, organisationId, channel, ...row }) => {
    return { subscriptionId, organisationId, channel, ...toStanding(row) }
  })
}

export type StandingRow = Pick<DeliveryStanding, 'standing' | 'attempts' | 'round' | 'replayId'> &
  WaitingFacts & { readonly reason: string | null; readonly endedAt: Date | null }

/** Of rows `d` of `standingsOf`; the rest tells of those that wait. */
export const standingColumns = sql`${waitingColumns}, d.standing, d.attempts, d.reason,
  d.ended_at AS "endedAt", d.round, d.replay_id AS "replayId"`

export const waitingTables = sql`JOIN subscriptions s USING (subscription_id)
  LEFT JOIN delivery_queue q ON d.standing = 'waiting' AND q.seq = d.seq
    AND q.subscription_id = d.subscription_id
  LEFT JOIN endpoint_health h ON d.standing = 'waiting' AND h.subscription_id = d.subscription_id`

/** A delivery as it is shown. */
export function toStanding(row: StandingRow): DeliveryStanding {
  const { standing, attempts, round, replayId } = row
  const waits = standing === 'waiting'
  return {
    standing,
    attempts,
    reason: row.reason ?? 'not tried yet',
    waitsFor: waits ? waitsFor(row) : null,
    at: waits ? nextTryAt(row) : row.endedAt,
    round,
    replayId,
  }
}

/**
 * True of a row `f` of `fan_outs` when its event does not balance. A delivery is owed once: it is in
 * the queue in round 0, or has an outcome of round 0; a later round follows the one before it.
 */
export const unbalanced = sql`(f.owed <>
    (SELECT count(*) FROM delivery_outcomes o WHERE o.seq = f.seq AND o.round = 0)
    + (SELECT count(*) FROM delivery_queue q WHERE q.seq = f.seq AND q.round = 0)
  OR EXISTS (SELECT FROM delivery_queue q WHERE q.seq = f.seq AND EXISTS (
    SELECT FROM delivery_outcomes o WHERE o.seq = q.seq
      AND o.subscription_id = q.subscription_id AND o.round = q.round))
  OR EXISTS (SELECT FROM delivery_queue q WHERE q.seq = f.seq AND q.round > 0 AND NOT EXISTS (
    SELECT FROM delivery_outcomes o WHERE o.seq = q.seq
      AND o.subscription_id = q.subscription_id AND o.round = 0)))`
