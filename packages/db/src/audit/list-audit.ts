// The audit trail as an organisation may read it: what was done with its objects, by whomever, and
// what was done in its name.

import { sql } from 'kysely'
import type { Db } from '../open-database.ts'
import type { AuditChain } from './audit-hash.ts'

export interface ListedEntry {
  readonly chain: AuditChain
  readonly seq: number
  readonly at: Date
  /** The same instant with microseconds: 2026-11-22T12:00:00.000000Z. */
  readonly exactAt: string
  readonly organisationId: string | null
  readonly keyId: string | null
  readonly requestId: string
  readonly address: string | null
  readonly action: string
  readonly objectType: string
  readonly objectIds: readonly string[]
  readonly objectOwner: string | null
  readonly detail: Readonly<Record<string, unknown>> | null
}

export interface AuditFilter {
  /** Entries that concern this organisation. */
  readonly organisationId: string
  readonly objectId?: string | undefined
  readonly action?: string | undefined
  readonly from?: Date | undefined
  readonly to?: Date | undefined
}

export interface AuditPosition {
  /** With microseconds, as in `exactAt`: entries of one millisecond are apart. */
  readonly exactAt: string
  readonly chain: AuditChain
  readonly seq: number
}

interface Page {
  readonly before: AuditPosition | null
  readonly limit: number
}

/** Lists entries, newest first, those before a position. */
export async function listAudit(db: Db, filter: AuditFilter, page: Page): Promise<ListedEntry[]> {
  const { rows } = await sql<ListedEntry>`
    SELECT chain, seq, at,
      to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "exactAt",
      organisation_id AS "organisationId", key_id AS "keyId", request_id AS "requestId", address,
      action, object_type AS "objectType", object_ids AS "objectIds",
      object_owner AS "objectOwner", detail
    FROM (${filter.objectId === undefined ? ofAll(filter, page) : ofObject(filter.objectId, filter, page)}) entry
    ORDER BY at DESC, chain DESC, seq DESC LIMIT ${page.limit}`.execute(db)
  return rows
}

// Each half reads along its own index and stops at the limit.
function ofAll(filter: AuditFilter, page: Page) {
  const { organisationId: me } = filter
  const half = (whose: Condition) => sql`(SELECT * FROM audit_entries
    WHERE ${allOf([whose, ...conditionsOf(filter, page)])}
    ORDER BY at DESC, chain DESC, seq DESC LIMIT ${page.limit})`
  return sql`${half(sql`object_owner = ${me}`)} UNION ALL
    ${half(sql`organisation_id = ${me} AND object_owner IS DISTINCT FROM ${me}`)}`
}

// An object has few entries, an organisation many: those of the object are collected first, each arm
// by its own index, whatever the planner thinks of the order. The second index holds only entries of
// several objects.
function ofObject(objectId: string, filter: AuditFilter, page: Page) {
  const { organisationId: me } = filter
  const also = conditionsOf(filter, page)
  return sql`WITH of_object AS MATERIALIZED (
      SELECT * FROM audit_entries WHERE ${allOf([sql`object_ids[1] = ${objectId}`, ...also])}
      UNION ALL
      SELECT * FROM audit_entries WHERE ${allOf([
        sql`cardinality(object_ids) > 1 AND object_ids @> ${[objectId]}::text[]
          AND object_ids[1] <> ${objectId}`,
        ...also,
      ])})
    SELECT * FROM of_object WHERE object_owner = ${me} OR organisation_id = ${me}`
}

type Condition = ReturnType<typeof sql>

function conditionsOf({ action, from, to }: AuditFilter, { before }: Page): Condition[] {
  return [
    action === undefined ? [] : [sql`action = ${action}`],
    from ? [sql`at >= ${from}`] : [],
    to ? [sql`at < ${to}`] : [],
    // The instant once more for the planner, which looks at months only by the instant itself.
    before
      ? [
          sql`(at, chain, seq) < (${before.exactAt}::timestamptz, ${before.chain}, ${before.seq})`,
          sql`at <= ${before.exactAt}::timestamptz`,
        ]
      : [],
  ].flat()
}

function allOf(conditions: readonly Condition[]): Condition {
  return sql.join([...conditions], sql` AND `)
}
