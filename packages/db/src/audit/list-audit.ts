// The audit trail as an organisation may read it: what was done with its objects, by whomever, and
// what was done in its name.

import { sql } from 'kysely'
import type { Db } from '../open-database.ts'
import type { AuditChain } from './audit-hash.ts'

export interface ListedEntry {
  readonly chain: AuditChain
  readonly seq: number
  readonly at: Date
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
  readonly at: Date
  readonly chain: AuditChain
  readonly seq: number
}

/** Lists entries, newest first, those before a position. */
export async function listAudit(
  db: Db,
  filter: AuditFilter,
  page: { before: AuditPosition | null; limit: number },
): Promise<ListedEntry[]> {
  const { organisationId: me } = filter
  const mine = pick(sql`object_owner = ${me}`, filter, page)
  const byMe = pick(
    sql`organisation_id = ${me} AND object_owner IS DISTINCT FROM ${me}`,
    filter,
    page,
  )
  const { rows } = await sql<ListedEntry>`
    SELECT chain, seq, at, organisation_id AS "organisationId", key_id AS "keyId",
      request_id AS "requestId", address, action, object_type AS "objectType",
      object_ids AS "objectIds", object_owner AS "objectOwner", detail
    FROM ((${mine}) UNION ALL (${byMe})) entry
    ORDER BY at DESC, chain DESC, seq DESC LIMIT ${page.limit}`.execute(db)
  return rows
}

// Each half reads along its own index and stops at the limit.
function pick(
  whose: ReturnType<typeof sql>,
  filter: AuditFilter,
  { before, limit }: { before: AuditPosition | null; limit: number },
) {
  const { objectId, action, from, to } = filter
  const conditions = [
    whose,
    // The second index holds only entries of several objects.
    objectId !== undefined &&
      sql`(object_ids[1] = ${objectId}
        OR (cardinality(object_ids) > 1 AND object_ids @> ${[objectId]}::text[]))`,
    action !== undefined && sql`action = ${action}`,
    from && sql`at >= ${from}`,
    to && sql`at < ${to}`,
    before && sql`(at, chain, seq) < (${before.at}, ${before.chain}, ${before.seq})`,
    // Said once more for the planner, which looks at months only by the instant itself.
    before && sql`at <= ${before.at}`,
  ]
  return sql`SELECT * FROM audit_entries
    WHERE ${sql.join(
      conditions.filter((part) => part !== undefined && part !== false && part !== null),
      sql` AND `,
    )}
    ORDER BY at DESC, chain DESC, seq DESC LIMIT ${limit}`
}
