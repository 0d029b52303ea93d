// The audit trail for those who prove it: entries in the order of their chain, all that went into
// their hash, in steps that hold no snapshot for long.

import { sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'
import { type AuditChain, type ChainedEntry, firstPrevHash } from './audit-hash.ts'

const columns = sql`chain, seq,
  to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at,
  organisation_id AS "organisationId", key_id AS "keyId", request_id AS "requestId", address, action,
  object_type AS "objectType", object_ids AS "objectIds", object_owner AS "objectOwner",
  detail::text AS detail, encode(prev_hash, 'hex') AS "prevHash", encode(hash, 'hex') AS hash`

export interface ChainRange {
  /** Entries with an instant from here on, and before `to`. */
  readonly from?: Date | undefined
  readonly to?: Date | undefined
}

const stepRows = 2000

/** Reads a chain in its order, a step at a time; a step ends where the rows end that were asked for. */
export async function* readChain(
  db: Db,
  chain: AuditChain,
  { from, to }: ChainRange = {},
): AsyncGenerator<ChainedEntry> {
  let after = 0
  for (;;) {
    const { rows } = await sql<ChainedEntry>`
      SELECT ${columns} FROM audit_entries WHERE chain = ${chain} AND seq > ${after}
        AND at >= ${from ?? '-infinity'}::timestamptz AND at < ${to ?? 'infinity'}::timestamptz
      ORDER BY seq LIMIT ${stepRows}`.execute(db)
    yield* rows
    const last = rows.at(-1)
    if (!last || rows.length < stepRows) return
    after = last.seq
  }
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

/** A stretch of a chain that retention has removed, with the hash of its last entry. */
export interface RemovedStretch {
  readonly chain: AuditChain
  readonly from: number
  readonly to: number
  readonly lastHash: string
}

export const retentionAction = 'audit.retained'

/** Reads what retention says it has removed: its last entry names every stretch that is missing. */
export async function readRemoved(db: Db | Tx): Promise<RemovedStretch[]> {
  const { rows } = await sql<{ detail: unknown }>`
    SELECT detail FROM audit_entries WHERE chain = 'write' AND action = ${retentionAction}
    ORDER BY seq DESC LIMIT 1`.execute(db)
  return rows[0] ? removedStretches(rows[0].detail) : []
}

/** Reads the stretches out of the detail of a retention entry. */
export function removedStretches(detail: unknown): RemovedStretch[] {
  return (detail as { removed?: RemovedStretch[] } | null)?.removed ?? []
}

/** The hash that the entry after a stretch names, or that of a chain's beginning. */
export function hashBefore(seq: number, removed: readonly RemovedStretch[]): string | undefined {
  if (seq === 1) return firstPrevHash
  return removed.find(({ to }) => to === seq - 1)?.lastHash
}
