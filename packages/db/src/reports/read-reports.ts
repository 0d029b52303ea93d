// Reports and their revisions, for reading.

import type { Marking } from '@renkei/schema'
import { sql } from 'kysely'
import type { Db } from '../open-database.ts'
import { tlpRankOf } from '../tlp-rank.ts'

export interface StoredRevision {
  readonly reportId: string
  readonly revision: number
  readonly organisationId: string
  /** The label of the current revision. */
  readonly tlp: string
  readonly messageStatus: string
  readonly kinds: readonly string[]
  readonly peakLevel: number
  readonly toldAt: readonly string[]
  readonly owners: readonly string[]
  readonly services: readonly string[]
  readonly prefectures: readonly string[]
  readonly content: unknown
  readonly assessment: unknown
  readonly recordedAt: Date
  /** Of the current revision, where that is another one. */
  readonly markingsNow: readonly Marking[] | null
}

export interface ReportFilter {
  readonly kinds?: readonly string[] | undefined
  readonly states?: readonly string[] | undefined
  readonly messageStatuses: readonly string[]
  readonly minLevel?: number | undefined
  readonly services?: readonly string[] | undefined
  readonly prefectures?: readonly string[] | undefined
  readonly organisations?: readonly string[] | undefined
  readonly open?: boolean | undefined
  readonly reach: Reach
}

/** How far an organisation may see at most: what lies beyond is not even read. */
export interface Reach {
  readonly organisationId: string
  /** The lowest level of which it is told what is TLP:GREEN; null is none. */
  readonly greenFrom: number | null
  /** Whether it is told of attacks at any level. */
  readonly greenOfCyber: boolean
  /** Whether leaks concern it by what it is. */
  readonly isAuthority: boolean
  /** Agreements towards it, each with the rank of the narrowest label that flows. */
  readonly shared: readonly { readonly from: string; readonly rank: number }[]
}

const revisionColumns = sql`h.report_id AS "reportId", r.revision,
  h.organisation_id AS "organisationId", h.tlp, h.message_status AS "messageStatus",
  h.kinds, h.peak_level AS "peakLevel", h.told_at AS "toldAt", h.owners, h.services,
  h.prefectures, r.content, r.assessment, r.recorded_at AS "recordedAt",
  CASE WHEN h.revision <> r.revision THEN h.markings END AS "markingsNow"`

/** Lists current revisions, newest report first, before a report identifier. */
export async function listReports(
  db: Db,
  filter: ReportFilter,
  page: { before: string | null; limit: number },
): Promise<StoredRevision[]> {
  const { rows } = await sql<StoredRevision>`
    SELECT ${revisionColumns} FROM reports h
    JOIN report_revisions r ON r.report_id = h.report_id AND r.revision = h.revision
    WHERE ${conditions(filter)}
      AND (${page.before}::uuid IS NULL OR h.report_id < ${page.before}::uuid)
    ORDER BY h.report_id DESC LIMIT ${page.limit}`.execute(db)
  return rows
}

// The database leaves out what lies beyond the caller's reach; whether it may see what it asks for is
// decided with the labels, when each report is shown. An empty list of
// services or prefectures means "not known", which no filter may hide; "00" is the whole country.
function conditions(filter: ReportFilter) {
  const services =
    filter.services &&
    sql`(h.services && ${ranked(filter.services)}::text[] OR ${hides('services')})`
  const prefectures =
    filter.prefectures &&
    sql`(h.prefectures && ${ranked(['00', ...filter.prefectures])}::text[] OR ${hides('prefectures')})`
  const parts = [
    withinReach(filter.reach),
    sql`h.message_status = ANY(${[...filter.messageStatuses]}::text[])`,
    filter.kinds && sql`h.kind = ANY(${[...filter.kinds]}::text[])`,
    filter.states && sql`h.state = ANY(${[...filter.states]}::text[])`,
    filter.minLevel !== undefined && sql`h.level >= ${filter.minLevel}`,
    filter.organisations && sql`h.organisation_id = ANY(${[...filter.organisations]}::text[])`,
    filter.open !== undefined && sql`h.open = ${filter.open}`,
    services,
    prefectures,
  ]
  return sql.join(
    parts.filter((part) => part !== undefined && part !== false),
    sql` AND `,
  )
}

// Its own; by the level table; a leak that concerns it; by agreement. Wider than the truth at most by
// the terms of an agreement, never narrower.
function withinReach({ organisationId, greenFrom, greenOfCyber, isAuthority, shared }: Reach) {
  return sql`(h.organisation_id = ${organisationId}
    OR h.tlp = 'TLP:CLEAR' AND NOT 'leak' = ANY(h.kinds)
    OR h.tlp = 'TLP:GREEN' AND NOT 'leak' = ANY(h.kinds)
      AND (h.peak_level >= ${greenFrom}::int OR ${greenOfCyber}::boolean AND 'cyber' = ANY(h.kinds))
    OR 'leak' = ANY(h.kinds) AND h.tlp <> 'TLP:RED'
      AND (${isAuthority}::boolean OR ${organisationId} = ANY(h.owners))
    OR EXISTS (SELECT FROM unnest(${shared.map(({ from }) => from)}::text[],
      ${shared.map(({ rank }) => rank)}::int[]) AS share (owner, rank)
      WHERE share.owner = h.organisation_id AND ${tlpRankOf('h.tlp')} <= share.rank))`
}

// Every code under every label it may stand under.
function ranked(codes: readonly string[]): string[] {
  return codes.flatMap((code) => [0, 1, 2, 3, 4].map((rank) => `${code}@${rank}`))
}

// What a caller sees none of is not known to it; that can only be where something is narrow.
function hides(column: 'services' | 'prefectures') {
  return sql`(h.${sql.raw(column)} = '{}' OR NOT EXISTS (
    SELECT FROM unnest(h.${sql.raw(column)}) AS code WHERE right(code, 2) = '@0'))`
}

/** Reads one revision, or the current one; resolves to nothing when there is none. */
export async function readRevision(
  db: Db,
  reportId: string,
  revision?: number,
): Promise<StoredRevision | undefined> {
  const { rows } = await sql<StoredRevision>`
    SELECT ${revisionColumns} FROM reports h
    JOIN report_revisions r ON r.report_id = h.report_id
      AND r.revision = coalesce(${revision ?? null}::int, h.revision)
    WHERE h.report_id = ${reportId}`.execute(db)
  return rows[0]
}

/** Lists the revisions of a report after a revision, oldest first. */
export async function listRevisions(
  db: Db,
  reportId: string,
  page: { after: number; limit: number },
): Promise<StoredRevision[]> {
  const { rows } = await sql<StoredRevision>`
    SELECT ${revisionColumns} FROM reports h JOIN report_revisions r ON r.report_id = h.report_id
    WHERE h.report_id = ${reportId} AND r.revision > ${page.after}
    ORDER BY r.revision LIMIT ${page.limit}`.execute(db)
  return rows
}
