// What a receiver has not got: revisions that a newer one superseded, or that ended otherwise. It is told
// so, with the highest level among them, so that no peak stays hidden.

import { sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'

export interface Skipped {
  /** The newest revision that was delivered before; 0 when none was. */
  readonly previousDeliveredRevision: number
  /** Of the revisions since then that it has not got. */
  readonly highestLevel: number
}

interface Asked {
  readonly subscriptionId: string
  readonly reportId: string | null
  readonly revision: number | null
}

/** Reads what was superseded before each of some deliveries; the answer gives it for one of them. */
export async function readSkipped(
  db: Db | Tx,
  deliveries: readonly Asked[],
): Promise<(delivery: Asked) => Skipped | undefined> {
  const asked = deliveries.filter(({ revision }) => revision !== null && revision > 1)
  if (asked.length === 0) return () => undefined
  const { rows } = await sql<Skipped & { key: string }>`
    SELECT a.subscription_id || ' ' || a.report_id || ' ' || a.revision AS key,
      coalesce(got.revision, 0) AS "previousDeliveredRevision", gone.level AS "highestLevel"
    FROM unnest(${asked.map((a) => a.subscriptionId)}::uuid[],
        ${asked.map((a) => a.reportId)}::uuid[], ${asked.map((a) => a.revision)}::int[])
      AS a (subscription_id, report_id, revision)
    LEFT JOIN LATERAL (
      SELECT e.revision FROM events e JOIN delivery_outcomes o USING (seq)
      WHERE e.report_id = a.report_id AND e.revision < a.revision
        AND o.subscription_id = a.subscription_id AND o.outcome = 'delivered'
      ORDER BY e.revision DESC LIMIT 1) got ON true
    JOIN events own ON own.report_id = a.report_id AND own.revision = a.revision
    CROSS JOIN LATERAL (
      SELECT max(e.level) AS level FROM events e
      WHERE e.report_id = a.report_id AND e.revision < a.revision
        AND e.revision > coalesce(got.revision, 0) AND (
          EXISTS (SELECT FROM delivery_outcomes o
            WHERE o.seq = e.seq AND o.subscription_id = a.subscription_id
              AND o.outcome <> 'delivered')
          -- On its way still: whether it arrives is not known, and a peak must not be missed.
          OR e.level > own.level AND EXISTS (SELECT FROM delivery_queue q
            WHERE q.seq = e.seq AND q.subscription_id = a.subscription_id))) gone
    WHERE gone.level IS NOT NULL`.execute(db)
  const byKey = new Map(rows.map(({ key, ...skipped }) => [key, skipped]))
  return ({ subscriptionId, reportId, revision }) =>
    byKey.get(`${subscriptionId} ${reportId} ${revision}`)
}
