// The audit trail for those who prove it: entries in the order of their chain, all that went into
// their hash, in steps that hold no snapshot for long.

import { sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'
import { type AuditChain, auditIdOf, type ChainedEntry } from './audit-hash.ts'

const columns = sql`chain, seq,
  to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at,
  organisation_id AS "organisationId", key_id AS "keyId", request_id AS "requestId", address, action,
  object_type AS "objectType", object_ids AS "objectIds", object_owner AS "objectOwner",
  detail::text AS detail, encode(prev_hash, 'hex') AS "prevHash", encode(hash, 'hex') AS hash`

/** Numbers of a chain, both included. */
export interface ChainRange {
  readonly first: number
  readonly last: number
}

const stepRows = 2000

/** Reads a stretch of a chain in its order. */
export async function* readChain(
  db: Db,
  chain: AuditChain,
  { first, last }: ChainRange,
): AsyncGenerator<ChainedEntry> {
  for (let next = first; next <= last;) {
    const { rows } = await sql<ChainedEntry>`
      SELECT ${columns} FROM audit_entries
      WHERE chain = ${chain} AND seq BETWEEN ${next} AND ${last}
      ORDER BY seq, at LIMIT ${stepRows}`.execute(db)
    yield* rows
    const end = rows.at(-1)
    if (!end || rows.length < stepRows) return
    next = end.seq + 1
  }
}

/**
 * Finds the numbers of a chain within a time. The entries between them may include some from just
 * outside, since processes note their instants a little apart; without those a chain would have holes.
 */
export async function findChainRange(
  db: Db,
  chain: AuditChain,
  { from, to }: { readonly from?: Date | undefined; readonly to?: Date | undefined } = {},
): Promise<ChainRange | undefined> {
  const { rows } = await sql<{ first: number | null; last: number | null }>`
    SELECT min(seq) AS first, max(seq) AS last FROM audit_entries WHERE chain = ${chain}
      AND at >= coalesce(${from ?? null}::timestamptz, '-infinity')
      AND at < coalesce(${to ?? null}::timestamptz, 'infinity')`.execute(db)
  const { first = null, last = null } = rows[0] ?? {}
  return first === null || last === null ? undefined : { first, last }
}

export interface ChainHead {
  readonly chain: AuditChain
  readonly seq: number
  readonly hash: string
}

/** Reads how far each chain goes. */
export async function readChainHeads(db: Db | Tx): Promise<ChainHead[]> {
  const { rows } = await sql<ChainHead>`
    SELECT chain, seq, encode(hash, 'hex') AS hash FROM audit_heads ORDER BY chain DESC`.execute(db)
  return rows
}

/** A stretch of a chain that retention has removed, its time, and the hash of its last entry. */
export interface RemovedStretch {
  readonly chain: AuditChain
  readonly from: number
  readonly to: number
  /** The instants of its oldest and its newest entry. */
  readonly since: string
  readonly until: string
  readonly lastHash: string
}

/** What an entry of retention says. Whoever owns the tables could have written it. */
export interface RetentionRecord {
  readonly auditId: string
  readonly at: string
  readonly removed: readonly RemovedStretch[]
}

export const retentionAction = 'audit.retained'

/** Reads what retention says it has removed: its last entry names every stretch that is missing. */
export async function readRetention(db: Db | Tx): Promise<RetentionRecord | undefined> {
  const { rows } = await sql<ChainedEntry>`
    SELECT ${columns} FROM audit_entries WHERE chain = 'write' AND action = ${retentionAction}
    ORDER BY seq DESC LIMIT 1`.execute(db)
  return rows[0] && retentionRecord(rows[0])
}

/** Reads an entry of retention; leaves out what is no stretch. */
export function retentionRecord(entry: ChainedEntry): RetentionRecord {
  const { removed } = (JSON.parse(entry.detail ?? 'null') ?? {}) as { removed?: unknown }
  return {
    auditId: auditIdOf(entry),
    at: entry.at,
    removed: Array.isArray(removed) ? removed.filter(isStretch) : [],
  }
}

function isStretch(value: unknown): value is RemovedStretch {
  if (typeof value !== 'object' || value === null) return false
  const { from, to, since, until, lastHash } = value as Record<string, unknown>
  return (
    Number.isSafeInteger(from) &&
    Number.isSafeInteger(to) &&
    Number(from) <= Number(to) &&
    [since, until].every((at) => typeof at === 'string' && !Number.isNaN(Date.parse(at))) &&
    typeof lastHash === 'string'
  )
}
