// The ledger of a subscription: what became of everything that it was owed in a part of the feed,
// what waits for it now, and how its endpoint is.

import { sql } from 'kysely'
import { seqBefore, seqUntil } from '../feed/seq-before.ts'
import type { Db } from '../open-database.ts'
import { type EndpointHealth, readHealth } from './health.ts'
import { type StandingCounts, standingCounts, standingsOf } from './standing.ts'

export interface LedgerRange {
  readonly from: Date | null
  readonly until: Date | null
  /** Feed numbers: after the one, up to the other. */
  readonly afterSeq: number | null
  readonly untilSeq: number | null
}

export interface SubscriptionLedger extends StandingCounts {
  readonly backlog: readonly { readonly level: number; readonly waiting: number; held: number }[]
  readonly oldestWaiting: OldestWaiting | null
  readonly endpoint: EndpointHealth | undefined
}

export interface OldestWaiting {
  readonly eventId: string
  readonly recordedAt: Date
}

/** Counts what a subscription is owed within a range, and what waits for it at all. */
export async function readSubscriptionLedger(
  db: Db,
  subscriptionId: string,
  range: LedgerRange,
): Promise<SubscriptionLedger> {
  const bounds = await boundsOf(db, range)
  const which = sql`o.subscription_id = ${subscriptionId} AND o.seq > ${bounds.after}
    AND (${bounds.until}::bigint IS NULL OR o.seq <= ${bounds.until}::bigint)`
  const counts = await sql<StandingCounts>`
    SELECT ${standingCounts} FROM (${withinTime(which, range)}) d`.execute(db)
  const backlog = await sql<{ level: number; waiting: number; held: number }>`
    SELECT level, count(*)::int AS waiting,
      count(*) FILTER (WHERE due_at = 'infinity')::int AS held
    FROM delivery_queue WHERE subscription_id = ${subscriptionId}
    GROUP BY level ORDER BY level DESC`.execute(db)
  const oldest = await sql<OldestWaiting>`
    SELECT e.event_id AS "eventId", e.recorded_at AS "recordedAt" FROM events e
    WHERE e.seq = (SELECT min(seq + 0) FROM delivery_queue
      WHERE subscription_id = ${subscriptionId})`.execute(db)
  const none = { delivered: 0, superseded: 0, refused: 0, dead: 0, waiting: 0 }
  return {
    ...(counts.rows[0] ?? none),
    backlog: backlog.rows,
    oldestWaiting: oldest.rows[0] ?? null,
    endpoint: await readHealth(db, subscriptionId),
  }
}

async function boundsOf(db: Db, range: LedgerRange) {
  const after = range.from ? await seqBefore(db, range.from) : 0
  const until = range.until && (await seqUntil(db, range.until))
  const bounds = [until, range.untilSeq].filter((seq) => seq !== null)
  return {
    after: Math.max(after, range.afterSeq ?? 0),
    until: bounds.length > 0 ? Math.min(...bounds) : null,
  }
}

// Only the edges of a range of time need a look at the events.
function withinTime(which: ReturnType<typeof sql>, { from, until }: LedgerRange) {
  if (!from && !until) return standingsOf(which)
  return sql`SELECT d.* FROM (${standingsOf(which)}) d JOIN events e USING (seq)
    WHERE (${from}::timestamptz IS NULL OR e.recorded_at >= ${from}::timestamptz)
      AND (${until}::timestamptz IS NULL OR e.recorded_at < ${until}::timestamptz)`
}
