// Replays as they are shown: how far each has come, and what became of it so far.

import { sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'
import type { ReplayWish } from './candidates.ts'
import type { ReplayState } from './replay-tables.ts'

export interface Replay {
  readonly replayId: string
  readonly subscriptionId: string
  readonly organisationId: string
  readonly what: ReplayWish
  readonly perSecond: number
  readonly state: ReplayState
  readonly stateReason: string | null
  readonly createdAt: Date
  readonly endedAt: Date | null
  /** Deliveries that were meant when it began; null where there were too many to look at. */
  readonly total: number | null
  /** Moved into the queue so far: these were delivered, have failed, wait or were removed. */
  readonly queued: number
  readonly delivered: number
  readonly failed: number
  readonly waiting: number
  readonly removed: number
  readonly skipped: number
  /** Still to be moved; null while that is not known. */
  readonly remaining: number | null
  readonly reasons: readonly ReplayReason[]
  /** Of a running one that does not get on: what it waits for. */
  readonly waitsFor: string | null
}

export interface ReplayReason {
  readonly what: 'skipped' | 'failed'
  readonly reason: string
  readonly count: number
}

interface Row extends Omit<Replay, 'skipped' | 'remaining' | 'reasons'> {
  readonly overtaken: number
  readonly waitsAlready: number
}

const reasonsMax = 20

/** Finds a replay with its progress. */
export async function findReplay(db: Db | Tx, replayId: string): Promise<Replay | undefined> {
  const [row] = await readRows(db, sql`r.replay_id = ${replayId}`, 1)
  if (!row) return undefined
  const { rows } = await sql<ReplayReason>`
    SELECT 'failed' AS what, reason, count(*)::int AS count FROM delivery_outcomes
    WHERE replay_id = ${replayId} AND outcome IN ('dead', 'refused', 'superseded')
    GROUP BY reason ORDER BY count(*) DESC, reason LIMIT ${reasonsMax}`.execute(db)
  return toReplay(row, rows)
}

/** Lists the replays of a subscription, newest first, without the reasons of failures. */
export async function listReplays(
  db: Db,
  subscriptionId: string,
  page: { readonly before: string | null; readonly limit: number },
): Promise<Replay[]> {
  const which = sql`r.subscription_id = ${subscriptionId}
    AND (${page.before}::uuid IS NULL OR r.replay_id < ${page.before}::uuid)`
  return (await readRows(db, which, page.limit)).map((row) => toReplay(row, []))
}

/** Lists the replays that run, oldest first: for the operator. */
export async function listRunningReplays(db: Db, limit: number): Promise<Replay[]> {
  const rows = await readRows(db, sql`r.state = 'running'`, limit)
  return rows.map((row) => toReplay(row, [])).toReversed()
}

async function readRows(db: Db | Tx, which: ReturnType<typeof sql>, limit: number): Promise<Row[]> {
  const { rows } = await sql<Row>`
    SELECT r.replay_id AS "replayId", r.subscription_id AS "subscriptionId",
      r.organisation_id AS "organisationId", r.what, r.per_second AS "perSecond", r.state,
      r.state_reason AS "stateReason", r.created_at AS "createdAt", r.ended_at AS "endedAt",
      r.total, r.queued, r.removed, r.skipped_overtaken AS overtaken,
      r.skipped_waiting AS "waitsAlready", o.delivered, o.failed,
      (SELECT count(*)::int FROM delivery_queue q WHERE q.replay_id = r.replay_id) AS waiting,
      CASE WHEN r.state <> 'running' THEN NULL
        WHEN s.state <> 'active' THEN 'the subscription is not active'
        WHEN h.switched_off_at IS NOT NULL OR h.state <> 'closed'
          THEN 'the endpoint is failing: one at a time is tried' END AS "waitsFor"
    FROM replays r JOIN subscriptions s USING (subscription_id)
      LEFT JOIN endpoint_health h USING (subscription_id), LATERAL (
      SELECT count(*) FILTER (WHERE outcome = 'delivered')::int AS delivered,
        count(*) FILTER (WHERE outcome <> 'delivered')::int AS failed
      FROM delivery_outcomes WHERE replay_id = r.replay_id) o
    WHERE ${which} ORDER BY r.replay_id DESC LIMIT ${limit}`.execute(db)
  return rows
}

function toReplay(
  { overtaken, waitsAlready, ...row }: Row,
  failures: readonly ReplayReason[],
): Replay {
  const skips = [
    { count: overtaken, reason: 'a newer revision was delivered or is on its way (mode latest)' },
    { count: waitsAlready, reason: 'waits already' },
  ]
  const skipped = overtaken + waitsAlready
  return {
    ...row,
    skipped,
    remaining: remainingOf(row, skipped),
    reasons: [
      ...failures,
      ...skips
        .filter(({ count }) => count > 0)
        .map((skip) => ({ what: 'skipped', ...skip }) as const),
    ],
  }
}

function remainingOf(
  { state, total, queued }: Pick<Row, 'state' | 'total' | 'queued'>,
  skipped: number,
): number | null {
  if (state === 'completed') return 0
  return total === null ? null : Math.max(0, total - queued - skipped)
}
