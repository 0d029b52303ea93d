// From an instant to a place in the feed, without an index: numbers have no hole and follow the time
// of recording but for moments, so the place is found by halving.

import { sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'

/** By how much the clocks of those who record may differ. */
const clockSlackSeconds = 300

/**
 * The feed number after which everything recorded at the instant or later stands; what was recorded
 * up to five minutes before may stand after it, too.
 */
export async function seqBefore(db: Db | Tx, instant: Date): Promise<number> {
  const { rows } = await sql<{ low: number }>`
    WITH RECURSIVE search (low, high) AS (
      SELECT 0::bigint, head + 1 FROM feed
      UNION ALL
      SELECT CASE WHEN earlier THEN mid ELSE low END, CASE WHEN earlier THEN high ELSE mid END
      FROM (SELECT low, high, (low + high) / 2 AS mid FROM search WHERE high - low > 1) halves,
        LATERAL (SELECT recorded_at < ${instant}::timestamptz
          - make_interval(secs => ${clockSlackSeconds}::int) AS earlier
          FROM events WHERE seq = mid) e)
    SELECT low FROM search ORDER BY high - low LIMIT 1`.execute(db)
  return rows[0]?.low ?? 0
}

/** The last feed number at which something recorded at the instant or earlier can stand. */
export async function seqUntil(db: Db | Tx, instant: Date): Promise<number> {
  return seqBefore(db, new Date(instant.getTime() + 2 * clockSlackSeconds * 1000))
}
