// The ledger of a report: what its events owe together, by event or by the organisation that is
// told.

import { sql } from 'kysely'
import type { Db } from '../open-database.ts'
import { type StandingCounts, standingCounts, standingsOf, sumOf } from './standing.ts'

export interface ReportLedger extends StandingCounts {
  readonly reportId: string
  readonly expanded: boolean
  readonly owed: number
  readonly balances: boolean
}

const ofReport = (reportId: string) =>
  sql`o.seq IN (SELECT seq FROM events WHERE report_id = ${reportId})`

/** Sums what all events of a report owe; resolves to nothing when it is not one of the organisation's. */
export async function readReportLedger(
  db: Db,
  { reportId, organisationId }: { readonly reportId: string; readonly organisationId: string },
): Promise<ReportLedger | undefined> {
  const { rows } = await sql<Omit<ReportLedger, 'balances'>>`
    SELECT r.report_id AS "reportId", f.*, c.* FROM reports r, LATERAL (
      SELECT coalesce(sum(owed), 0)::int AS owed, bool_and(completed_at IS NOT NULL) AS expanded
      FROM fan_outs JOIN events e USING (seq) WHERE e.report_id = r.report_id) f, LATERAL (
      SELECT ${standingCounts} FROM (${standingsOf(ofReport(reportId))}) d) c
    WHERE r.report_id = ${reportId} AND r.organisation_id = ${organisationId}`.execute(db)
  const sums = rows[0]
  return sums && { ...sums, balances: sums.owed === sumOf(sums) }
}

export interface EventSums extends StandingCounts {
  readonly eventId: string
  readonly revision: number
  readonly expanded: boolean
  readonly owed: number
}

/** Lists the events of a report with their sums, by revision. */
export async function listEventSums(
  db: Db,
  reportId: string,
  page: { readonly after: number; readonly limit: number },
): Promise<EventSums[]> {
  const { rows } = await sql<EventSums>`
    SELECT e.event_id AS "eventId", e.revision, f.owed, f.completed_at IS NOT NULL AS expanded, c.*
    FROM (SELECT * FROM events WHERE report_id = ${reportId} AND revision > ${page.after}
      ORDER BY revision LIMIT ${page.limit}) e JOIN fan_outs f USING (seq), LATERAL (
      SELECT ${standingCounts} FROM (${standingsOf(sql`o.seq = e.seq`)}) d) c
    ORDER BY e.revision`.execute(db)
  return rows
}

export interface RecipientSums extends StandingCounts {
  readonly organisationId: string
  readonly channel: string
  readonly owed: number
  /** The highest revision that it has; null when it has none. */
  readonly deliveredRevision: number | null
  readonly lastDeliveredAt: Date | null
}

/** Lists the organisations that are owed a report, by channel, with their sums. */
export async function listRecipientSums(
  db: Db,
  reportId: string,
  page: { readonly after: string | null; readonly limit: number },
): Promise<RecipientSums[]> {
  const { rows } = await sql<RecipientSums>`
    SELECT s.organisation_id AS "organisationId", s.channel, count(*)::int AS owed,
      max(e.revision) FILTER (WHERE d.standing = 'delivered') AS "deliveredRevision",
      max(d.ended_at) FILTER (WHERE d.standing = 'delivered') AS "lastDeliveredAt",
      ${standingCounts}
    FROM (${standingsOf(ofReport(reportId))}) d JOIN events e USING (seq)
      JOIN subscriptions s USING (subscription_id)
    WHERE ${page.after}::text IS NULL OR s.organisation_id || ' ' || s.channel > ${page.after}::text
    GROUP BY s.organisation_id, s.channel
    ORDER BY s.organisation_id || ' ' || s.channel LIMIT ${page.limit}`.execute(db)
  return rows
}

/** The place of a line among its kind: what a page goes on after. */
export function placeOfRecipient({ organisationId, channel }: RecipientSums): string {
  return `${organisationId} ${channel}`
}
