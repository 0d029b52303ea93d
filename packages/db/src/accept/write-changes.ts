// The accept transaction: revision + event with its feed number + fan-out + audit row + first
// answer, for a batch of changes, in ONE statement, which Postgres runs as one transaction.
// Either all of it is durable or none. The feed's lock is taken after every other lock (the
// counts below force that order), so two writers cannot wait for each other in a circle.

import { sql } from 'kysely'
import type { Db } from '../open-database.ts'
import { conflictOf } from './conflicts.ts'

export interface Change {
  readonly reportId: string
  readonly revision: number
  readonly organisationId: string
  readonly kind: string
  readonly messageStatus: string
  readonly state: string
  readonly open: boolean
  readonly level: number
  /** The highest level so far; services and prefectures likewise hold those of all revisions. */
  readonly peakLevel: number
  readonly tlp: string
  readonly services: readonly string[]
  readonly prefectures: readonly string[]
  /** The report as JSON text, stored as it is. */
  readonly content: string
  /** Level, deadlines and countdown as JSON text. */
  readonly assessment: string
  readonly recordedAt: string
  readonly eventId: string
  readonly eventType: string
  readonly lane: string
  readonly traceparent: string | null
  readonly keyId: string
  readonly requestId: string
  readonly action: string
  readonly answer?: StoredAnswer | undefined
}

export interface StoredAnswer {
  readonly idempotencyKey: string
  readonly fingerprint: Buffer
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * Stores every change or none, durably, and resolves to the feed number of each by event id.
 * Rejects with a `ConflictError` when a revision or an idempotency key was taken meanwhile.
 * A batch names each report at most once.
 */
export async function writeChanges(
  db: Db,
  changes: readonly Change[],
): Promise<Map<string, number>> {
  const input = `[${changes.map(toInputRow).join(',')}]`
  try {
    const { rows } = await statement(input).execute(db)
    return new Map(rows.map((row) => [row.event_id, row.seq]))
  } catch (error) {
    throw conflictOf(error) ?? error
  }
}

function toInputRow(change: Change, index: number): string {
  const { content, assessment, answer, ...head } = change
  const row = {
    ...head,
    ord: index + 1,
    answerKey: answer?.idempotencyKey ?? null,
    answerPrint: answer?.fingerprint.toString('hex') ?? null,
    answerStatus: answer?.status ?? null,
    answerHeaders: answer?.headers ?? null,
    answerBody: answer?.body ?? null,
  }
  // The two documents are JSON already: put in as they are, they are not encoded twice.
  return `${JSON.stringify(row).slice(0, -1)},"content":${content},"assessment":${assessment}}`
}

const statement = (input: string) => sql<{ event_id: string; seq: number }>`
WITH input AS MATERIALIZED (
  SELECT * FROM json_to_recordset(${input}::json) AS input (
    ord integer, "reportId" uuid, revision integer, "organisationId" text, kind text,
    "messageStatus" text, state text, open boolean, level smallint, "peakLevel" smallint, tlp text, services text[],
    prefectures text[], content json, assessment json, "recordedAt" timestamptz, "eventId" uuid,
    "eventType" text, lane text, traceparent text, "keyId" text, "requestId" text, action text,
    "answerKey" text, "answerPrint" text, "answerStatus" smallint, "answerHeaders" json,
    "answerBody" text)
  ORDER BY "reportId"
), heads AS (
  INSERT INTO reports AS head (report_id, organisation_id, revision, kind, message_status, state,
    open, level, peak_level, tlp, services, prefectures, created_at, updated_at)
  SELECT "reportId", "organisationId", revision, kind, "messageStatus", state, open, level, "peakLevel", tlp,
    services, prefectures, "recordedAt", "recordedAt" FROM input
  ON CONFLICT (report_id) DO UPDATE SET revision = excluded.revision, kind = excluded.kind,
    state = excluded.state, open = excluded.open, level = excluded.level,
    peak_level = excluded.peak_level, tlp = excluded.tlp,
    services = excluded.services, prefectures = excluded.prefectures,
    updated_at = excluded.updated_at
  WHERE head.revision = excluded.revision - 1
  RETURNING 1
), revisions AS (
  INSERT INTO report_revisions (report_id, revision, content, assessment, recorded_at, recorded_by)
  SELECT "reportId", revision, content, assessment, "recordedAt", "keyId" FROM input
  RETURNING 1
), answers AS (
  INSERT INTO idempotency_keys (organisation_id, idempotency_key, fingerprint, status, headers,
    body, created_at)
  SELECT "organisationId", "answerKey", decode("answerPrint", 'hex'), "answerStatus",
    "answerHeaders", "answerBody", "recordedAt" FROM input WHERE "answerKey" IS NOT NULL
  ORDER BY "organisationId", "answerKey"
  RETURNING 1
), audited AS (
  INSERT INTO audit_entries (at, organisation_id, key_id, request_id, action, object_type,
    object_id, detail)
  SELECT "recordedAt", "organisationId", "keyId", "requestId", action, 'report', "reportId"::text,
    json_build_object('revision', revision) FROM input
), numbered AS (
  UPDATE feed SET head = head + (SELECT count(*) FROM revisions)
    + 0 * (SELECT count(*) FROM heads) + 0 * (SELECT count(*) FROM answers)
  RETURNING head - (SELECT count(*) FROM input) AS before
), stored AS (
  INSERT INTO events (seq, event_id, type, organisation_id, report_id, revision, kind,
    message_status, level, peak_level, tlp, services, prefectures, traceparent, recorded_at)
  SELECT before + ord, "eventId", "eventType", "organisationId", "reportId", revision, kind,
    "messageStatus", level, "peakLevel", tlp, services, prefectures, traceparent, "recordedAt"
  FROM input, numbered
  RETURNING seq, event_id
), opened AS (
  INSERT INTO fan_outs (seq, lane) SELECT before + ord, lane FROM input, numbered
)
SELECT event_id, seq FROM stored`
