// The reconciler: looks whether everything owed is accounted for and on its way, a little at a time. One
// process at a time looks; what it found stands in the database, for all to show.

import { sql } from 'kysely'
import type { Db } from '../open-database.ts'
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
  const place = await takeTurn(db, options)
  if (!place) return undefined
  const startedMs = options.elapsedMs()
  const repairs = await repair(db, options.forgetNotifiersAfterMs)
  const unbalanced = await findUnbalanced(db, {
    ...options,
    known: place.known,
    afterSeq: place.checkedSeq,
  })
  const found = {
    unbalanced,
    stuck: await findStuck(db, options.stuckAfterMs),
    backlog: await readBacklog(db),
    endpoints: await countEndpoints(db),
  }
  const findings = { ...found, tookMs: Math.ceil(options.elapsedMs() - startedMs) }
  await storeFindings(db, findings, { ...options, ...place })
  return { findings, repairs }
}

// Whoever takes the turn says so at once and holds nothing while it looks: should it die, the next
// turn comes in its time.
async function takeTurn(db: Db, { at, everyMs }: ReconcileOptions): Promise<Place | undefined> {
  const { rows } = await sql<Place>`
    UPDATE reconciliation SET looked_at = ${at}
    WHERE looked_at <= ${at}::timestamptz - make_interval(secs => greatest(${everyMs}::float,
      coalesce((findings ->> 'tookMs')::float, 0) * ${restFactor}::int) / 1000.0)
    RETURNING checked_seq AS "checkedSeq", coalesce((
      SELECT json_agg(u -> 'seq') FROM json_array_elements(findings -> 'unbalanced') AS u), '[]')
      AS known`.execute(db)
  return rows[0]
}

// At the end of the feed the slow pass begins again. A look that lasted into the turn of the next one
// has looked at the same chunk: it counts once.
async function storeFindings(
  db: Db,
  findings: Findings,
  { chunkMax, checkedSeq }: ReconcileOptions & Place,
): Promise<void> {
  await sql`
    UPDATE reconciliation SET findings = ${JSON.stringify(findings)}::json,
      checked_seq = CASE WHEN checked_seq <> ${checkedSeq} THEN checked_seq
        WHEN checked_seq + ${chunkMax}::int >= head THEN 0
        ELSE checked_seq + ${chunkMax}::int END,
      passes = passes + CASE
        WHEN checked_seq = ${checkedSeq} AND checked_seq + ${chunkMax}::int >= head THEN 1 ELSE 0 END
    FROM feed`.execute(db)
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
