// The accept transaction: revision + event with its feed number + fan-out + audit row + request
// key, for a batch of changes, in ONE statement, which Postgres runs as one transaction.
// Either all of it is durable or none. The feed's lock is taken after every other lock (the
// counts below force that order) and the audit chain's after the feed's, so two writers cannot wait
// for each other in a circle.

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
  /** Of this revision; they hold for those before it, too. */
  readonly markings: readonly object[] | null
  /** Levels with their labels, kinds and owners are those of all revisions. */
  readonly toldAt: readonly string[]
  readonly kinds: readonly string[]
  readonly owners: readonly string[]
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
  /** The trace of the request, for the log: it is not stored, and no receiver sees it. */
  readonly requestTrace?: string
  /** Who asks for it, with which key, from where. */
  readonly actorId: string
  readonly keyId: string
  readonly address: string | null
  readonly requestId: string
  readonly action: string
  readonly idempotency?: { readonly key: string; readonly fingerprint: Buffer } | undefined
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
  const input: Input = {
    heads: JSON.stringify(changes.map(toHead)),
    contents: changes.map(({ content }) => content).join(recordSeparator),
    assessments: changes.map(({ assessment }) => assessment).join(recordSeparator),
  }
  try {
    const { rows } = await statement(input).execute(db)
    return new Map(rows.map((row) => [row.event_id, row.seq]))
  } catch (error) {
    throw conflictOf(error) ?? error
  }
}

interface Input {
  readonly heads: string
  readonly contents: string
  readonly assessments: string
}

// The documents are by far the most of it. They travel beside the heads, one after the other as in
// RFC 7464, since inside another JSON document each would be parsed three times over.
const recordSeparator = '\u001e'

function toHead({ content: _, assessment: _a, idempotency, ...head }: Change, index: number) {
  const { key = null, fingerprint } = idempotency ?? {}
  const requestPrint = fingerprint?.toString('hex') ?? null
  return { ...head, ord: index + 1, requestKey: key, requestPrint }
}

const headColumns = sql`ord integer, "reportId" uuid, revision integer, "organisationId" text,
  kind text, "messageStatus" text, state text, open boolean, level smallint, "peakLevel" smallint,
  tlp text, markings json, "toldAt" text[], kinds text[], owners text[], services text[], prefectures text[], "recordedAt" timestamptz, "eventId" uuid,
  "eventType" text, lane text, traceparent text, "actorId" text, "keyId" text, address text,
  "requestId" text, action text,
  "requestKey" text, "requestPrint" text`

// The chain's lock is the last one: the numbers are there first.
const audited = sql`
  INSERT INTO audit_entries (chain, at, organisation_id, key_id, request_id, address, action,
    object_type, object_ids, object_owner, detail)
  SELECT 'write', "recordedAt", "actorId", "keyId", "requestId", address, action, 'report',
    ARRAY["reportId"::text], "organisationId", json_build_object('revision', revision)
  FROM input, numbered`

const statement = ({ heads, contents, assessments }: Input) => sql<{
  event_id: string
  seq: number
}>`
WITH input AS MATERIALIZED (
  SELECT * FROM json_to_recordset(${heads}::json) AS input (
    ${headColumns})
  ORDER BY "reportId"
), documents AS (
  SELECT ord, content::json, assessment::json
  FROM unnest(string_to_array(${contents}, ${recordSeparator}),
    string_to_array(${assessments}, ${recordSeparator}))
    WITH ORDINALITY AS documents (content, assessment, ord)
), heads AS (
  INSERT INTO reports AS head (report_id, organisation_id, revision, kind, message_status, state,
    open, level, peak_level, tlp, markings, told_at, kinds, owners, services, prefectures,
    created_at, updated_at)
  SELECT "reportId", "organisationId", revision, kind, "messageStatus", state, open, level, "peakLevel", tlp,
    markings, "toldAt", kinds, owners, services, prefectures, "recordedAt", "recordedAt" FROM input
  ON CONFLICT (report_id) DO UPDATE SET revision = excluded.revision, kind = excluded.kind,
    state = excluded.state, open = excluded.open, level = excluded.level,
    peak_level = excluded.peak_level, tlp = excluded.tlp,
    markings = excluded.markings, told_at = excluded.told_at, kinds = excluded.kinds, owners = excluded.owners,
    services = excluded.services, prefectures = excluded.prefectures,
    updated_at = excluded.updated_at
  WHERE head.revision = excluded.revision - 1
  RETURNING 1
), revisions AS (
  INSERT INTO report_revisions (report_id, revision, content, assessment, recorded_at, recorded_by)
  SELECT "reportId", revision, content, assessment, "recordedAt", "keyId"
  FROM input JOIN documents USING (ord)
  RETURNING 1
), requests AS (
  INSERT INTO idempotency_keys (organisation_id, idempotency_key, fingerprint, report_id, revision,
    created_at)
  SELECT "organisationId", "requestKey", decode("requestPrint", 'hex'), "reportId", revision,
    "recordedAt" FROM input WHERE "requestKey" IS NOT NULL
  ORDER BY "organisationId", "requestKey"
  RETURNING 1
), numbered AS (
  UPDATE feed SET head = head + (SELECT count(*) FROM revisions)
    + 0 * (SELECT count(*) FROM heads) + 0 * (SELECT count(*) FROM requests)
  RETURNING head - (SELECT count(*) FROM input) AS before
), stored AS (
  INSERT INTO events (seq, event_id, type, organisation_id, report_id, revision, subject, kind,
    kinds, message_status, level, peak_level, tlp, told_at, owners, services, prefectures,
    traceparent, recorded_at)
  SELECT before + ord, "eventId", "eventType", "organisationId", "reportId", revision,
    "reportId"::text, kind, kinds, "messageStatus", level, "peakLevel", tlp, "toldAt", owners,
    services, prefectures, traceparent, "recordedAt"
  FROM input, numbered
  RETURNING seq, event_id
), opened AS (
  INSERT INTO fan_outs (seq, lane) SELECT before + ord, lane FROM input, numbered
), audited AS (${audited})
SELECT event_id, seq FROM stored`
