// The reconciler: looks whether everything owed is accounted for and on its way, a little at a time. One
// process at a time looks; what it found stands in the database, for all to show.

import { sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'
import {
  type Backlog,
  countEndpoints,
  type EndpointCount,
  findStuck,
  findUnbalanced,
  readBacklog,
  type Stuck,
  type UnbalancedEvent,
} from './check.ts'
import { type Repairs, repair } from './repair.ts'

export interface Findings {
  readonly unbalanced: readonly UnbalancedEvent[]
  readonly stuck: readonly Stuck[]
  readonly backlog: readonly Backlog[]
  readonly endpoints: readonly EndpointCount[]
  /** How long the look took: the next one comes the later. */
  readonly tookMs: number
}

export interface ReconcileOptions {
  readonly at: Date
  readonly everyMs: number
  /** What is due for longer is stuck. */
  readonly stuckAfterMs: number
  readonly recentMax: number
  readonly chunkMax: number
  readonly forgetNotifiersAfterMs: number
  /** Milliseconds that pass, of any beginning. */
  readonly elapsedMs: () => number
}

export interface Reconciled {
  readonly findings: Findings
  readonly repairs: Repairs
}

interface Place {
  readonly checkedSeq: number
  readonly known: readonly number[]
}

// A look takes at most a twentieth of the time.
const restFactor = 20

/** Looks when it is time to; resolves to nothing when it is not, or somebody else looks just now. */
export async function reconcile(
  db: Db,
  options: ReconcileOptions,
): Promise<Reconciled | undefined> {
  return db.transaction().execute(async (tx) => {
    const place = await lockPlace(tx, options)
    if (!place) return undefined
    const startedMs = options.elapsedMs()
    const repairs = await repair(tx, options.forgetNotifiersAfterMs)
    const unbalanced = await findUnbalanced(tx, {
      ...options,
      known: place.known,
      afterSeq: place.checkedSeq,
    })
    const found = {
      unbalanced,
      stuck: await findStuck(tx, options.stuckAfterMs),
      backlog: await readBacklog(tx),
      endpoints: await countEndpoints(tx),
    }
    const findings = { ...found, tookMs: Math.ceil(options.elapsedMs() - startedMs) }
    await storePlace(tx, findings, options)
    return { findings, repairs }
  })
}

async function lockPlace(tx: Tx, { at, everyMs }: ReconcileOptions): Promise<Place | undefined> {
  const { rows } = await sql<Place>`
    SELECT checked_seq AS "checkedSeq", coalesce((
      SELECT json_agg(u -> 'seq') FROM json_array_elements(findings -> 'unbalanced') AS u), '[]')
      AS known
    FROM reconciliation
    WHERE looked_at <= ${at}::timestamptz - make_interval(secs => greatest(${everyMs}::float,
      coalesce((findings ->> 'tookMs')::float, 0) * ${restFactor}::int) / 1000.0)
    FOR UPDATE SKIP LOCKED`.execute(tx)
  return rows[0]
}

// At the end of the feed the slow pass begins again.
async function storePlace(tx: Tx, findings: Findings, { at, chunkMax }: ReconcileOptions) {
  await sql`
    UPDATE reconciliation SET looked_at = ${at}, findings = ${JSON.stringify(findings)}::json,
      checked_seq = CASE WHEN checked_seq + ${chunkMax}::int >= head THEN 0
        ELSE checked_seq + ${chunkMax}::int END,
      passes = passes + CASE WHEN checked_seq + ${chunkMax}::int >= head THEN 1 ELSE 0 END
    FROM feed`.execute(tx)
}

export interface LastLook {
  readonly lookedAt: Date | null
  readonly findings: Partial<Findings>
}

/** Reads what the last look found, whoever looked. */
export async function readFindings(db: Db): Promise<LastLook> {
  const { rows } = await sql<LastLook>`
    SELECT nullif(looked_at, '-infinity') AS "lookedAt", findings FROM reconciliation`.execute(db)
  return rows[0] ?? { lookedAt: null, findings: {} }
}
