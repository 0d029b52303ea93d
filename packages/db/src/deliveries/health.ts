// The health of endpoints, and what it does to the queue: what waits for an endpoint that does not
// answer is held (due at infinity) and costs nothing; when it answers again all of it is due at once.

import { sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'
import type { EndpointState } from '../tables.ts'
import type { DeliveryKey } from './claim.ts'
import { isBlocked } from './is-blocked.ts'

export interface EndpointHealth {
  readonly subscriptionId: string
  readonly state: EndpointState
  readonly consecutiveFailures: number
  /** Since when there have been nothing but failures. */
  readonly failingSince: Date | null
  /** Probes in vain since the last success. */
  readonly probes: number
  readonly probeAt: Date | null
  /** Until then the receiver asked not to be sent anything (Retry-After). */
  readonly askedUntil: Date | null
  /** Since when deliveries of levels 0 to 2 are no longer tried. */
  readonly switchedOffAt: Date | null
  /** The last notice that its owner got of this failure. */
  readonly told: 'failing' | 'warned' | 'switchedOff' | null
  readonly lastStatus: number | null
  readonly lastReason: string | null
}

/** The reason in the ledger. */
export const switchedOffReason =
  'the endpoint is switched off for levels 0 to 2: nothing but failures for five days'

const healthColumns = sql`subscription_id AS "subscriptionId", state,
  consecutive_failures AS "consecutiveFailures", failing_since AS "failingSince", probes,
  probe_at AS "probeAt", asked_until AS "askedUntil", switched_off_at AS "switchedOffAt", told,
  last_status AS "lastStatus", last_reason AS "lastReason"`

export interface HealthQuestion {
  /** Endpoints of which something failed. */
  readonly failed: readonly string[]
  /** Endpoints that answered: they matter only where something had failed before. */
  readonly succeeded: readonly string[]
}

export interface HealthChange {
  readonly before: EndpointHealth | undefined
  readonly after: EndpointHealth
}

/**
 * Changes the health of endpoints as `decide` says, and resolves to what changed. Where it opens, what
 * waits is held; where it closes, all of it becomes due in the lane of retries.
 */
export async function changeHealth(
  db: Db,
  { failed, succeeded }: HealthQuestion,
  decide: (
    subscriptionId: string,
    before: EndpointHealth | undefined,
    levelWaiting: number,
  ) => EndpointHealth,
): Promise<HealthChange[]> {
  const ill = await findIll(db, succeeded)
  const ids = [...new Set([...failed, ...ill])].sort()
  if (ids.length === 0) return []
  return db.transaction().execute(async (tx) => {
    await makeRows(tx, failed)
    const known = await lockHealth(tx, ids)
    const levels = await readLevels(tx, failed)
    const changes = ids.map((id) => {
      const before = known.get(id)
      return { before, after: decide(id, before, levels.get(id) ?? 0) }
    })
    await writeHealth(
      tx,
      changes.map(({ after }) => after),
    )
    const open = changes.filter(({ after }) => after.state !== 'closed')
    await holdWaiting(
      tx,
      open.map(({ after }) => after.subscriptionId),
    )
    const closed = changes.filter(
      ({ before, after }) => after.state === 'closed' && before && before.state !== 'closed',
    )
    await freeWaiting(
      tx,
      closed.map(({ after }) => after.subscriptionId),
    )
    return changes
  })
}

async function findIll(db: Db, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<{ id: string }>`
    SELECT subscription_id AS id FROM endpoint_health
    WHERE subscription_id = ANY(${[...ids]}::uuid[])
      AND (state <> 'closed' OR consecutive_failures > 0)`.execute(db)
  return rows.map(({ id }) => id)
}

// A row that is not there cannot be locked, and two who see none would both count from nothing.
async function makeRows(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await sql`
    INSERT INTO endpoint_health (subscription_id, state, consecutive_failures, updated_at)
    SELECT id, 'closed', 0, now() FROM unnest(${[...ids].sort()}::uuid[]) AS failed (id)
    ON CONFLICT DO NOTHING`.execute(tx)
}

// Always in the same order, so that two who lock several do not wait for each other.
async function lockHealth(tx: Tx, ids: readonly string[]): Promise<Map<string, EndpointHealth>> {
  const { rows } = await sql<EndpointHealth>`
    SELECT ${healthColumns} FROM endpoint_health WHERE subscription_id = ANY(${[...ids]}::uuid[])
    ORDER BY subscription_id FOR UPDATE`.execute(tx)
  return new Map(rows.map((row) => [row.subscriptionId, row]))
}

// Of each endpoint the highest level that waits for it.
async function readLevels(tx: Tx, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ id: string; level: number }>`
    SELECT subscription_id AS id, max(level) AS level FROM delivery_queue
    WHERE subscription_id = ANY(${[...ids]}::uuid[]) GROUP BY subscription_id`.execute(tx)
  return new Map(rows.map(({ id, level }) => [id, level]))
}

async function writeHealth(tx: Tx, healths: readonly EndpointHealth[]): Promise<void> {
  await sql`
    INSERT INTO endpoint_health (subscription_id, state, consecutive_failures, failing_since,
      probes, probe_at, asked_until, switched_off_at, told, last_status, last_reason, updated_at)
    SELECT "subscriptionId", state, "consecutiveFailures", "failingSince", probes, "probeAt",
      "askedUntil", "switchedOffAt", told, "lastStatus", "lastReason", now()
    FROM json_to_recordset(${JSON.stringify(healths)}::json) AS input ("subscriptionId" uuid,
      state text, "consecutiveFailures" int, "failingSince" timestamptz, probes int,
      "probeAt" timestamptz, "askedUntil" timestamptz, "switchedOffAt" timestamptz, told text,
      "lastStatus" int, "lastReason" text)
    ORDER BY 1
    ON CONFLICT (subscription_id) DO UPDATE SET state = excluded.state,
      consecutive_failures = excluded.consecutive_failures, failing_since = excluded.failing_since,
      probes = excluded.probes, probe_at = excluded.probe_at, asked_until = excluded.asked_until,
      switched_off_at = excluded.switched_off_at, told = excluded.told,
      last_status = excluded.last_status, last_reason = excluded.last_reason,
      updated_at = excluded.updated_at`.execute(tx)
}

/** Holds what waits for endpoints until they answer. What is to go in a digest has its own time. */
async function holdWaiting(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await sql`UPDATE delivery_queue SET due_at = 'infinity'
    WHERE subscription_id = ANY(${[...ids]}::uuid[]) AND claimed_by IS NULL
      AND due_at < 'infinity' AND lane <> 'digest'`.execute(tx)
}

/** Makes due what was held for endpoints, unless their subscriptions are not active. */
export async function freeWaiting(tx: Tx | Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await sql`UPDATE delivery_queue q SET due_at = now(),
      lane = CASE WHEN q.lane IN ('replay', 'digest') THEN q.lane ELSE 'retry' END
    FROM subscriptions s
    WHERE q.subscription_id = ANY(${[...ids]}::uuid[]) AND q.claimed_by IS NULL
      AND q.due_at = 'infinity' AND s.subscription_id = q.subscription_id
      AND s.state = 'active'`.execute(tx)
}

/** Reads the health of an endpoint; nothing when it has never failed. */
export async function readHealth(
  db: Db | Tx,
  subscriptionId: string,
): Promise<EndpointHealth | undefined> {
  const { rows } = await sql<EndpointHealth>`
    SELECT ${healthColumns} FROM endpoint_health
    WHERE subscription_id = ${subscriptionId}::uuid`.execute(db)
  return rows[0]
}

export interface Held {
  /** Endpoints of which nothing may be sent now: what is owed is held. */
  readonly held: ReadonlySet<string>
  /** Endpoints for which levels 0 to 2 are no longer tried. */
  readonly switchedOff: ReadonlyMap<string, Date>
}

/**
 * Tells which of the endpoints do not answer, and keeps it so until the transaction ends: whoever finds
 * one well again waits, and then finds what was held. Urgent news (level 3 and 4) is tried all the same,
 * unless the receiver asked for time: then within what its level allows.
 */
export async function lockHeld(tx: Tx, ids: readonly string[], level: number): Promise<Held> {
  if (ids.length === 0) return { held: new Set(), switchedOff: new Map() }
  const urgent = level >= 3
  const { rows } = await sql<{ id: string; held: boolean; off: Date | null }>`
    SELECT subscription_id AS id, switched_off_at AS off, state <> 'closed' AND
      (NOT ${urgent}::boolean OR coalesce(asked_until > now(), false)) AS held
    FROM endpoint_health
    WHERE subscription_id = ANY(${[...ids]}::uuid[])
      AND (state <> 'closed' OR switched_off_at IS NOT NULL)
    ORDER BY subscription_id ${urgent ? sql`FOR UPDATE` : sql`FOR SHARE`}`.execute(tx)
  const held = new Set(rows.filter((row) => row.held).map(({ id }) => id))
  if (urgent && held.size > 0) await hurryProbes(tx, [...held], level)
  return {
    held,
    switchedOff: new Map(rows.flatMap(({ id, off }) => (off ? [[id, off] as const] : []))),
  }
}

const askedSecondsMax = { 3: 600, 4: 60 } as const

async function hurryProbes(tx: Tx, ids: readonly string[], level: number): Promise<void> {
  const seconds = askedSecondsMax[level === 3 ? 3 : 4]
  await sql`
    UPDATE endpoint_health
    SET probe_at = least(probe_at, updated_at + make_interval(secs => ${seconds}::int)),
      asked_until = least(asked_until, updated_at + make_interval(secs => ${seconds}::int))
    WHERE subscription_id = ANY(${[...ids]}::uuid[]) AND state = 'open'`.execute(tx)
}

const probeLeaseMs = 120_000

/**
 * Starts the probes that are due: of each such endpoint the most urgent delivery is made due. An
 * endpoint for which nothing waits counts as closed until it fails again. A probe of which nothing is
 * heard is repeated. Resolves to the deliveries made due.
 */
export async function startProbes(db: Db, limit: number): Promise<DeliveryKey[]> {
  const { rows } = await sql<DeliveryKey>`
    WITH due AS (
      SELECT h.subscription_id FROM endpoint_health h JOIN subscriptions s USING (subscription_id)
      WHERE h.state <> 'closed' AND h.probe_at <= now() AND s.state = 'active'
      ORDER BY h.probe_at LIMIT ${limit} FOR UPDATE OF h SKIP LOCKED
    ), pick AS (
      SELECT due.subscription_id, first.seq FROM due LEFT JOIN LATERAL (
        SELECT q.seq FROM delivery_queue q
        WHERE q.subscription_id = due.subscription_id AND q.due_at = 'infinity'
          AND q.claimed_by IS NULL AND ${isBlocked} IS NOT TRUE
        ORDER BY q.level DESC, q.seq LIMIT 1) first ON true
    ), begun AS (
      UPDATE endpoint_health h
      SET state = CASE WHEN pick.seq IS NULL THEN 'closed' ELSE 'halfOpen' END,
        probe_at = CASE WHEN pick.seq IS NOT NULL
          THEN now() + make_interval(secs => ${probeLeaseMs}::int / 1000.0) END,
        -- Nothing is tried any more: that it goes on failing is not known.
        failing_since = CASE WHEN pick.seq IS NOT NULL THEN h.failing_since END,
        asked_until = NULL, updated_at = now()
      FROM pick WHERE h.subscription_id = pick.subscription_id
    ), freed AS (
      -- Behind a revision that is on its way: nothing is held for an endpoint that counts as closed.
      UPDATE delivery_queue q SET due_at = now() FROM pick
      WHERE pick.seq IS NULL AND q.subscription_id = pick.subscription_id
        AND q.due_at = 'infinity' AND q.claimed_by IS NULL
    )
    UPDATE delivery_queue q SET due_at = now(), lane = CASE
        WHEN q.lane IN ('replay', 'digest') OR q.level = 4 AND q.lane = 'level4' THEN q.lane
        ELSE 'retry' END
    FROM pick WHERE q.seq = pick.seq AND q.subscription_id = pick.subscription_id
    RETURNING q.seq, q.subscription_id AS "subscriptionId"`.execute(db)
  return rows
}
