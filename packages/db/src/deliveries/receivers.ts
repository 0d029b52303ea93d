// Who was sent a report: the deliveries of all of its events, by organisation.

import { sql } from 'kysely'
import type { Db } from '../open-database.ts'

export interface ReportReceiver {
  readonly organisation: string
  readonly channel: string
  /** The highest revision that was delivered. */
  readonly revisions: number
  readonly firstAt: Date
  readonly lastAt: Date
  readonly deliveries: number
}

/**
 * Lists the organisations to which events of a report were delivered, at most `limit`, by name.
 * Resolves to nothing when the report is not one of the organisation's own.
 */
export async function listReceivers(
  db: Db,
  report: { readonly reportId: string; readonly organisationId: string },
  limit: number,
): Promise<ReportReceiver[] | undefined> {
  const own = await db
    .selectFrom('reports')
    .select('report_id')
    .where('report_id', '=', report.reportId)
    .where('organisation_id', '=', report.organisationId)
    .executeTakeFirst()
  if (!own) return undefined
  const { rows } = await sql<ReportReceiver>`
    SELECT s.organisation_id AS organisation, s.channel, max(e.revision) AS revisions,
      min(o.ended_at) AS "firstAt", max(o.ended_at) AS "lastAt", count(*)::int AS deliveries
    FROM events e JOIN delivery_outcomes o USING (seq) JOIN subscriptions s USING (subscription_id)
    WHERE e.report_id = ${report.reportId} AND o.outcome = 'delivered'
    GROUP BY s.organisation_id, s.channel
    ORDER BY s.organisation_id, s.channel LIMIT ${limit}`.execute(db)
  return rows
}
