// Which clock has run out. Every notifier asks; a clock is taken by one of them at a time, and what
// was done stands in the transaction that does it, so nothing is done twice.

import { sql } from 'kysely'
import { factColumns, factTables } from '../feed/event-columns.ts'
import type { EventFacts } from '../feed/read-events.ts'
import type { Db, Tx } from '../open-database.ts'
import type { OrganisationKind } from '../tables.ts'

export interface OverdueClock {
  readonly reportId: string
  /** Who has not answered. */
  readonly organisationId: string
  readonly organisationKind: OrganisationKind
  readonly level: 2 | 3 | 4
  readonly revision: number
  readonly messageStatus: 'actual' | 'exercise'
  readonly startedAt: Date
  readonly deadlineAt: Date
  readonly dueAt: Date
  /** Of the last step that was taken; 0 before the first. */
  readonly step: number
}

export interface TakenClock {
  readonly clock: OverdueClock
  /** What decides whether the organisation may know of the report now; of its current revision. */
  readonly report: EventFacts & { readonly open: boolean }
  /** When a person has answered although the clock still ran. */
  readonly answeredAt: Date | null
  /** Contacts that were told at this level. */
  readonly told: readonly string[]
}

/** A clock, by what names it. */
export type ClockName = Pick<OverdueClock, 'reportId' | 'organisationId'>

/**
 * Takes the clock that has been due the longest, for this transaction; nothing when none is due that
 * nobody else has in hand. One index answers it.
 */
export async function takeOverdue(
  tx: Tx,
  at: Date,
  except: readonly ClockName[],
): Promise<TakenClock | undefined> {
  const { rows } = await sql<OverdueClock>`
    SELECT c.report_id AS "reportId", c.organisation_id AS "organisationId",
      o.kind AS "organisationKind", c.level, c.revision, c.message_status AS "messageStatus",
      c.started_at AS "startedAt", c.deadline_at AS "deadlineAt", c.due_at AS "dueAt", c.step
    FROM acknowledgement_clocks c JOIN organisations o USING (organisation_id)
    WHERE c.answered_at IS NULL AND c.ended_at IS NULL AND c.due_at <= ${at}
      AND (c.report_id, c.organisation_id) NOT IN (
        SELECT * FROM unnest(${except.map(({ reportId }) => reportId)}::uuid[],
          ${except.map(({ organisationId }) => organisationId)}::text[]))
    ORDER BY c.due_at LIMIT 1 FOR UPDATE OF c SKIP LOCKED`.execute(tx)
  const [clock] = rows
  if (!clock) return undefined
  const { report, answeredAt } = await readReport(tx, clock)
  return { clock, report, answeredAt, told: await readTold(tx, clock) }
}

type Row = TakenClock['report'] & { readonly answeredAt: Date | null }

// The current revision: what holds now decides, not what held when the clock began.
async function readReport(tx: Tx, { reportId, organisationId, revision }: OverdueClock) {
  const { rows } = await sql<Row>`
    SELECT ${factColumns}, h.open, (
      SELECT min(a.recorded_at) FROM acknowledgements a
      WHERE a.report_id = h.report_id AND a.organisation_id = ${organisationId}
        AND a.revision >= ${revision}::int AND a.kind IN ('seen', 'assessed')) AS "answeredAt"
    FROM ${factTables} WHERE e.report_id = ${reportId}::uuid AND e.revision = h.revision`.execute(
    tx,
  )
  const [row] = rows
  if (!row) throw new Error(`there is no report ${reportId}`)
  return { report: row, answeredAt: row.answeredAt }
}

async function readTold(tx: Tx, { reportId, organisationId, level }: OverdueClock) {
  const rows = await tx
    .selectFrom('escalation_steps')
    .select('contact_id')
    .where('report_id', '=', reportId)
    .where('organisation_id', '=', organisationId)
    .where('level', '=', level)
    .execute()
  return rows.flatMap(({ contact_id: id }) => (id === null ? [] : [id]))
}

/** Writes down that a taken clock needs no answer any more, or that one was given. */
export async function stopTaken(
  tx: Tx,
  { reportId, organisationId }: ClockName,
  stop:
    | { readonly answeredAt: Date }
    | { readonly endedAt: Date; readonly why: 'closed' | 'notShared' },
): Promise<void> {
  await tx
    .updateTable('acknowledgement_clocks')
    .set(
      'answeredAt' in stop
        ? { answered_at: stop.answeredAt }
        : { ended_at: stop.endedAt, end_reason: stop.why },
    )
    .where('report_id', '=', reportId)
    .where('organisation_id', '=', organisationId)
    .execute()
}

export interface Step {
  readonly step: number
  readonly at: Date
  readonly contactId: string | null
  readonly mailId: string | null
  readonly callContactId: string | null
  readonly exhausted: boolean
  /** When the next one is; null when there is none. */
  readonly nextAt: Date | null
}

/** Writes down a step of a taken clock; rejects when it was taken before. */
export async function recordStep(tx: Tx, clock: OverdueClock, taken: Step): Promise<void> {
  const { reportId, organisationId, level, revision } = clock
  await tx
    .insertInto('escalation_steps')
    .values({
      report_id: reportId,
      organisation_id: organisationId,
      level,
      step: taken.step,
      revision,
      at: taken.at,
      contact_id: taken.contactId,
      mail_id: taken.mailId,
      call_contact_id: taken.callContactId,
      exhausted: taken.exhausted,
    })
    .execute()
  const nextAt = taken.nextAt === null ? sql<Date>`'infinity'::timestamptz` : taken.nextAt
  await tx
    .updateTable('acknowledgement_clocks')
    .set({ step: taken.step, due_at: nextAt })
    .where('report_id', '=', reportId)
    .where('organisation_id', '=', organisationId)
    .execute()
}

/** Takes the answered clocks whose time is in no metric yet; each is given to one asker, exercises to none. */
export async function takeAnswered(
  db: Db,
  limit: number,
): Promise<{ readonly level: number; readonly seconds: number }[]> {
  const { rows } = await sql<{ level: number; messageStatus: string; seconds: number }>`
    WITH taken AS (
      SELECT report_id, organisation_id FROM acknowledgement_clocks
      WHERE answered_at IS NOT NULL AND NOT measured
      ORDER BY answered_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    UPDATE acknowledgement_clocks c SET measured = true FROM taken t
    WHERE c.report_id = t.report_id AND c.organisation_id = t.organisation_id
    RETURNING c.level, c.message_status AS "messageStatus",
      extract(epoch FROM c.answered_at - c.started_at)::float8 AS seconds`.execute(db)
  return rows.filter(({ messageStatus }) => messageStatus === 'actual')
}

/** Counts the clocks of real reports that have run out without an answer, by level. */
export async function countOverdue(db: Db, at: Date): Promise<Map<number, number>> {
  const { rows } = await sql<{ level: number; count: number }>`
    SELECT level, count(*) AS count FROM acknowledgement_clocks
    WHERE answered_at IS NULL AND ended_at IS NULL AND deadline_at <= ${at}
      AND message_status = 'actual' GROUP BY level`.execute(db)
  return new Map(rows.map(({ level, count }) => [level, count]))
}
