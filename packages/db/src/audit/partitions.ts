// The months of the audit trail. Services make the next ones; only the owner of the tables removes
// old ones, and says so in the trail.

import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'
import { appendAudit } from './append-audit.ts'
import { readRetention, type RemovedStretch, retentionAction } from './read-chain.ts'

/** Makes the partitions of this month and the next ones; resolves to how many were missing. */
export async function makeAuditPartitions(db: Db, monthsAhead = 3): Promise<number> {
  const { rows } = await sql<{ made: number }>`
    SELECT make_audit_partitions(${monthsAhead}::int) AS made`.execute(db)
  return rows[0]?.made ?? 0
}

export interface RetentionOrder {
  readonly at: Date
  readonly requestId: string
  /** The first instant that is kept; the months that end before it go. */
  readonly keepFrom: Date
}

export interface Retention {
  readonly months: readonly string[]
  readonly entries: number
  readonly removed: readonly RemovedStretch[]
}

/**
 * Removes whole months that end before `keepFrom`, and appends an entry that says which and with
 * which hashes: verification goes on from there. Resolves to nothing when there is no such month.
 * Refuses a role that does not own the tables. Readers who are in the way are waited for in short
 * attempts, since every entry waits behind it meanwhile; rejects when they stay.
 */
export async function dropAuditMonths(
  db: Db,
  order: RetentionOrder,
): Promise<Retention | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryToDrop(db, order)
    } catch (error) {
      const isInTheWay =
        error instanceof Error && 'code' in error && error.code === lockNotAvailable
      if (!isInTheWay || attempt === attemptsMax) throw error
    }
    await pause(pauseMs)
  }
}

const attemptsMax = 6
const pauseMs = 1000
const lockNotAvailable = '55P03'

async function tryToDrop(db: Db, order: RetentionOrder): Promise<Retention | undefined> {
  return db.transaction().execute(async (tx) => {
    await sql`SET LOCAL lock_timeout = '500ms'`.execute(tx)
    const months = await lockMonthsBefore(tx, order.keepFrom)
    if (months.length === 0) return undefined
    const dropped = await stretchesOf(tx, months)
    const entries = dropped.reduce((sum, { from, to }) => sum + to - from + 1, 0)
    const before = await readRetention(tx)
    const removed = join([...(before?.removed ?? []), ...dropped])
    for (const month of months) await sql`DROP TABLE ${sql.id(month)}`.execute(tx)
    const retention = { months, entries, removed }
    await appendAudit(tx, {
      at: order.at,
      organisationId: null,
      keyId: null,
      requestId: order.requestId,
      action: retentionAction,
      objectType: 'audit',
      objectId: months.at(-1) ?? '',
      detail: { keepFrom: order.keepFrom.toISOString(), ...retention },
    })
    return retention
  })
}

// Nobody writes into months that are over; the lock makes sure of it until they are gone.
async function lockMonthsBefore(tx: Tx, keepFrom: Date): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'audit_entries'::regclass AND c.relname ~ '^audit_entries_[0-9]{4}_[0-9]{2}$'
      AND to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month'
        <= ${keepFrom}::timestamptz AT TIME ZONE 'UTC'
    ORDER BY c.relname`.execute(tx)
  const months = rows.map(({ name }) => name)
  for (const month of months) await sql`LOCK TABLE ${sql.id(month)} IN SHARE MODE`.execute(tx)
  return months
}

// Entries of one chain are numbered without a hole, but the last ones of a month may stand in the
// next one and the other way round: what goes is a few stretches, not one.
async function stretchesOf(tx: Tx, months: readonly string[]): Promise<RemovedStretch[]> {
  const instant = (which: 'min' | 'max') =>
    sql`to_char(${sql.raw(which)}(at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
  const tables = months.map((month) => sql`SELECT chain, seq, at, hash FROM ${sql.id(month)}`)
  const { rows } = await sql<RemovedStretch>`
    WITH gone AS (${sql.join(tables, sql` UNION ALL `)}),
    numbered AS (SELECT *, seq - row_number() OVER (PARTITION BY chain ORDER BY seq) AS stretch
      FROM gone)
    SELECT s.chain, s."from", s."to", s.since, s.until, encode(g.hash, 'hex') AS "lastHash"
    FROM (SELECT chain, min(seq) AS "from", max(seq) AS "to",
        ${instant('min')} AS since,
        ${instant('max')} AS until FROM numbered
      GROUP BY chain, stretch) s
    JOIN gone g ON g.chain = s.chain AND g.seq = s."to" ORDER BY s.chain, s."from"`.execute(tx)
  return rows
}

function join(stretches: readonly RemovedStretch[]): RemovedStretch[] {
  const ordered = stretches.toSorted((a, b) => a.chain.localeCompare(b.chain) || a.from - b.from)
  const joined: RemovedStretch[] = []
  for (const stretch of ordered) {
    const last = joined.at(-1)
    if (last?.chain === stretch.chain && last.to + 1 === stretch.from) {
      const since = Date.parse(last.since) < Date.parse(stretch.since) ? last.since : stretch.since
      const until = Date.parse(last.until) > Date.parse(stretch.until) ? last.until : stretch.until
      joined[joined.length - 1] = { ...stretch, from: last.from, since, until }
    } else joined.push(stretch)
  }
  return joined
}
