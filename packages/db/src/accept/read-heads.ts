// What a change is decided on: the current revision of a report, and what a request that was made
// before has stored.

import { sql } from 'kysely'
import type { Db } from '../open-database.ts'

export interface ReportHead {
  readonly reportId: string
  readonly organisationId: string
  readonly revision: number
  readonly kind: string
  readonly state: string
  readonly messageStatus: string
  readonly level: number
  readonly peakLevel: number
  readonly kinds: readonly string[]
  readonly toldAt: readonly string[]
  readonly owners: readonly string[]
  readonly services: readonly string[]
  readonly prefectures: readonly string[]
}

/** Reads the current revision of each report that exists. */
export async function readHeads(
  db: Db,
  reportIds: readonly string[],
): Promise<Map<string, ReportHead>> {
  if (reportIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('reports')
    .select([
      'report_id as reportId',
      'organisation_id as organisationId',
      'revision',
      'kind',
      'state',
      'message_status as messageStatus',
      'level',
      'peak_level as peakLevel',
      'kinds',
      'told_at as toldAt',
      'owners',
      'services',
      'prefectures',
    ])
    .where('report_id', '=', sql<string>`ANY(${reportIds}::uuid[])`)
    .execute()
  return new Map(rows.map((row) => [row.reportId, row]))
}

export interface RecalledRequest {
  readonly fingerprint: Buffer
  readonly reportId: string
  readonly revision: number
  readonly eventId: string
  readonly recordedAt: Date
  /** As JSON text, to the byte as it was stored. */
  readonly assessment: string
}

export interface RequestKey {
  readonly organisationId: string
  readonly idempotencyKey: string
}

/** Reads what earlier requests with these keys have stored, by `requestKeyText`. */
export async function recallRequests(
  db: Db,
  keys: readonly RequestKey[],
): Promise<Map<string, RecalledRequest>> {
  if (keys.length === 0) return new Map()
  const organisations = keys.map((key) => key.organisationId)
  const names = keys.map((key) => key.idempotencyKey)
  const { rows } = await sql<RecalledRequest & RequestKey>`
    SELECT k.organisation_id AS "organisationId", k.idempotency_key AS "idempotencyKey",
      k.fingerprint, k.report_id AS "reportId", k.revision, e.event_id AS "eventId",
      r.recorded_at AS "recordedAt", r.assessment::text
    FROM unnest(${organisations}::text[], ${names}::text[]) AS asked (organisation_id, idempotency_key)
    JOIN idempotency_keys k USING (organisation_id, idempotency_key)
    JOIN report_revisions r ON r.report_id = k.report_id AND r.revision = k.revision
    JOIN events e ON e.report_id = k.report_id AND e.revision = k.revision`.execute(db)
  return new Map(rows.map((row) => [requestKeyText(row), row]))
}

/** One text for an organisation's key; a NUL cannot stand in either part. */
export function requestKeyText(key: RequestKey): string {
  return `${key.organisationId}\0${key.idempotencyKey}`
}

/** Forgets answers older than the promise that the API documents; resolves to how many. */
export async function forgetAnswers(db: Db, olderThanHours: number): Promise<number> {
  const { rows } = await sql`
    DELETE FROM idempotency_keys
    WHERE created_at < now() - make_interval(hours => ${olderThanHours}) RETURNING 1`.execute(db)
  return rows.length
}
