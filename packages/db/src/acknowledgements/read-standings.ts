// Where organisations stand with a report: what reached their machines, what their people said, and
// what was done when they did not.

import type { Acknowledgement } from '@renkei/schema'
import { sql } from 'kysely'
import type { Db } from '../open-database.ts'
import type { Channel } from '../tables.ts'
import { type AcknowledgementRow, toAcknowledgement } from './acknowledgement-row.ts'

export interface ReportStanding {
  readonly organisationId: string
  /** The newest revision that arrived by each channel, and when. */
  readonly delivered: readonly Receipt[]
  /** The latest word of each kind, of the newest revision that has one. */
  readonly acknowledgements: Readonly<Partial<Record<Acknowledgement['kind'], Acknowledgement>>>
  readonly clock: StandingClock | undefined
}

export interface Receipt {
  readonly channel: Channel
  readonly revision: number
  readonly at: Date
}

export interface StandingClock {
  readonly level: number
  readonly revision: number
  readonly startedAt: Date
  readonly deadlineAt: Date
  readonly step: number
  readonly answeredAt: Date | null
  readonly endedAt: Date | null
  /** Whether nobody is left to be told. */
  readonly exhausted: boolean
}

export interface StandingsOf {
  readonly reportId: string
  /** Only words on, and receipts of, this revision. */
  readonly revision?: number | undefined
}

/**
 * Lists the organisations that were owed the report or have said something on it, but its reporter,
 * by identifier and after one. All that was ever owed counts, also when a subscription has ended.
 */
export async function listOwed(
  db: Db,
  { reportId, reporter }: { readonly reportId: string; readonly reporter: string },
  page: { readonly after?: string | undefined; readonly limit: number },
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM (
      SELECT s.organisation_id AS id FROM events e JOIN delivery_outcomes o USING (seq)
        JOIN subscriptions s USING (subscription_id) WHERE e.report_id = ${reportId}::uuid
      UNION SELECT s.organisation_id FROM events e JOIN delivery_queue q USING (seq)
        JOIN subscriptions s USING (subscription_id) WHERE e.report_id = ${reportId}::uuid
      UNION SELECT organisation_id FROM acknowledgements WHERE report_id = ${reportId}::uuid
      UNION SELECT organisation_id FROM acknowledgement_clocks WHERE report_id = ${reportId}::uuid
    ) AS owed WHERE id <> ${reporter} AND (${page.after ?? null}::text IS NULL OR id > ${page.after ?? null})
    ORDER BY id LIMIT ${page.limit}`.execute(db)
  return rows.map(({ id }) => id)
}

/** Reads where each of these organisations stands, in their order. */
export async function readStandings(
  db: Db,
  of: StandingsOf,
  organisationIds: readonly string[],
): Promise<ReportStanding[]> {
  if (organisationIds.length === 0) return []
  const receipts = Map.groupBy(await readReceipts(db, of, organisationIds), (row) => row.id)
  const words = Map.groupBy(await readWords(db, of, organisationIds), (row) => row.organisation_id)
  const clocks = new Map((await readClocks(db, of, organisationIds)).map((row) => [row.id, row]))
  return organisationIds.map((organisationId) => ({
    organisationId,
    delivered: (receipts.get(organisationId) ?? []).map(({ id: _, ...receipt }) => receipt),
    acknowledgements: Object.fromEntries(
      (words.get(organisationId) ?? []).map((row) => [row.kind, toAcknowledgement(row)]),
    ),
    clock: clocks.get(organisationId),
  }))
}

async function readReceipts(db: Db, of: StandingsOf, ids: readonly string[]) {
  const { rows } = await sql<Receipt & { id: string }>`
    SELECT DISTINCT ON (s.organisation_id, s.channel) s.organisation_id AS id, s.channel,
      e.revision, o.ended_at AS at
    FROM events e JOIN delivery_outcomes o USING (seq) JOIN subscriptions s USING (subscription_id)
    WHERE e.report_id = ${of.reportId}::uuid AND o.outcome = 'delivered'
      AND s.organisation_id = ANY(${ids}::text[]) AND ${revisionIs('e', of)}
    ORDER BY s.organisation_id, s.channel, e.revision DESC, o.ended_at`.execute(db)
  return rows
}

async function readWords(db: Db, of: StandingsOf, ids: readonly string[]) {
  const { rows } = await sql<AcknowledgementRow>`
    SELECT DISTINCT ON (a.organisation_id, a.kind) a.* FROM acknowledgements a
    WHERE a.report_id = ${of.reportId}::uuid AND a.organisation_id = ANY(${ids}::text[])
      AND ${revisionIs('a', of)}
    ORDER BY a.organisation_id, a.kind, a.revision DESC, a.entry DESC`.execute(db)
  return rows
}

async function readClocks(db: Db, { reportId }: StandingsOf, ids: readonly string[]) {
  const { rows } = await sql<StandingClock & { id: string }>`
    SELECT c.organisation_id AS id, c.level, c.revision, c.started_at AS "startedAt",
      c.deadline_at AS "deadlineAt", c.step, c.answered_at AS "answeredAt",
      c.ended_at AS "endedAt", EXISTS (
        SELECT FROM escalation_steps s WHERE s.report_id = c.report_id
          AND s.organisation_id = c.organisation_id AND s.level = c.level AND s.exhausted
      ) AS exhausted
    FROM acknowledgement_clocks c
    WHERE c.report_id = ${reportId}::uuid AND c.organisation_id = ANY(${ids}::text[])`.execute(db)
  return rows
}

function revisionIs(table: 'e' | 'a', { revision }: StandingsOf) {
  return revision === undefined
    ? sql`true`
    : sql`${sql.ref(`${table}.revision`)} = ${revision}::int`
}
