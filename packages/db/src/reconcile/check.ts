// What the reconciler looks at: whether every event balances, what has waited too long, and how much
// waits where. These are questions only; `repair.ts` changes.

import { sql } from 'kysely'
import { unbalanced } from '../deliveries/ledger.ts'
import type { Db } from '../open-database.ts'

export interface UnbalancedEvent {
  readonly seq: number
  readonly eventId: string
  /** Null when nobody was ever asked whether the event is owed. */
  readonly owed: number | null
  readonly ended: number
  readonly waiting: number
}

export interface EventWindow {
  /** Events that did not balance when last looked at. */
  readonly known: readonly number[]
  readonly recentMax: number
  readonly afterSeq: number
  readonly chunkMax: number
}

const unbalancedMax = 1000

/** Finds the events that do not balance: among the newest, in the next chunk, and of those known. */
export async function findUnbalanced(db: Db, window: EventWindow): Promise<UnbalancedEvent[]> {
  const { known, recentMax, afterSeq, chunkMax } = window
  const { rows } = await sql<UnbalancedEvent>`
    SELECT e.seq, e.event_id AS "eventId", f.owed,
      (SELECT count(*)::int FROM delivery_outcomes o WHERE o.seq = e.seq AND o.round = 0) AS ended,
      (SELECT count(*)::int FROM delivery_queue q WHERE q.seq = e.seq AND q.round = 0) AS waiting
    FROM events e LEFT JOIN fan_outs f USING (seq)
    WHERE (e.seq = ANY(${[...known]}::bigint[])
        OR e.seq > (SELECT head - ${recentMax}::int FROM feed)
        OR e.seq > ${afterSeq} AND e.seq <= ${afterSeq + chunkMax})
      AND (f.seq IS NULL OR ${unbalanced})
    ORDER BY e.seq LIMIT ${unbalancedMax}`.execute(db)
  return rows
}

export interface Stuck {
  /** Due and taken by nobody, taken and never sent, or an event whose receivers are not found. */
  readonly what: 'unclaimed' | 'claimed' | 'unexpanded'
  readonly lane: string
  readonly count: number
  readonly oldest: string
}

/** Finds what should have been done long ago; what goes after an older revision is not meant. */
export async function findStuck(db: Db, afterMs: number): Promise<Stuck[]> {
  const long = sql`now() - make_interval(secs => ${afterMs}::bigint / 1000.0)`
  const { rows } = await sql<Stuck>`
    SELECT CASE WHEN claimed_by IS NULL THEN 'unclaimed' ELSE 'claimed' END AS what, lane,
      count(*)::int AS count, min(due_at)::text AS oldest
    FROM delivery_queue q JOIN subscriptions s USING (subscription_id)
    WHERE due_at < ${long} AND s.state = 'active'
      AND NOT (ordered AND replay_id IS NULL AND EXISTS (
        SELECT FROM delivery_queue older WHERE older.subscription_id = q.subscription_id
          AND older.report_id = q.report_id AND older.revision < q.revision
          AND older.replay_id IS NULL))
    GROUP BY 1, 2
    UNION ALL
    SELECT 'unexpanded', f.lane, count(*)::int, min(e.recorded_at)::text
    FROM fan_outs f JOIN events e USING (seq)
    WHERE f.completed_at IS NULL AND e.recorded_at < ${long} GROUP BY f.lane`.execute(db)
  return rows
}

export interface Backlog {
  readonly lane: string
  readonly level: number
  readonly waiting: number
  readonly held: number
  /** How long the delivery that has been due longest has been due. */
  readonly oldestSeconds: number
}

/** Counts what waits, by lane and level. */
export async function readBacklog(db: Db): Promise<Backlog[]> {
  const { rows } = await sql<Backlog>`
    SELECT lane, level, count(*)::int AS waiting,
      count(*) FILTER (WHERE due_at = 'infinity')::int AS held,
      coalesce(extract(epoch FROM now() - min(due_at) FILTER (
        WHERE claimed_by IS NULL AND due_at <= now())), 0)::float AS "oldestSeconds"
    FROM delivery_queue GROUP BY lane, level ORDER BY level DESC, lane`.execute(db)
  return rows
}

export interface EndpointCount {
  readonly state: 'closed' | 'open' | 'halfOpen' | 'switchedOff'
  readonly count: number
}

/** Counts the endpoints of active subscriptions by their health. */
export async function countEndpoints(db: Db): Promise<EndpointCount[]> {
  const { rows } = await sql<EndpointCount>`
    SELECT CASE WHEN h.switched_off_at IS NOT NULL THEN 'switchedOff'
      ELSE coalesce(h.state, 'closed') END AS state, count(*)::int AS count
    FROM subscriptions s LEFT JOIN endpoint_health h USING (subscription_id)
    WHERE s.state = 'active' GROUP BY 1 ORDER BY 1`.execute(db)
  return rows
}
