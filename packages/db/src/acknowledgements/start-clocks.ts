// The clocks that run until somebody answers. They are made in the transaction that makes a delivery
// owed, so whoever is owed a report at a level with a deadline has one.

import { acknowledgementDeadlineMs } from '@renkei/schema'
import { sql } from 'kysely'
import type { Tx } from '../open-database.ts'

/** What of an event of the fan-out decides on clocks. */
export interface ClockEvent {
  readonly seq: number
  readonly reportId: string | null
  readonly revision: number | null
  /** The reporter, who has no clock of its own. */
  readonly organisationId: string
  readonly messageStatus: string
  /** Of the revision. */
  readonly level: number
}

/**
 * Starts the clock of each organisation that is owed the event, from the commit of its revision; a
 * higher level starts it anew, the same or a lower one changes nothing, unless the clock had ended
 * because the report was not shared any more. Does nothing for a level without a deadline, for tests,
 * for a report that is closed, and for the reporter. Safe to repeat.
 */
export async function startClocks(
  tx: Tx,
  event: ClockEvent,
  organisationIds: readonly string[],
): Promise<void> {
  const { seq, reportId, revision, organisationId, messageStatus, level } = event
  const deadlineMs = acknowledgementDeadlineMs(level)
  if (reportId === null || deadlineMs === undefined || messageStatus === 'test') return
  const owed = [...new Set(organisationIds)].filter((id) => id !== organisationId).toSorted()
  if (owed.length === 0) return
  await sql`
    INSERT INTO acknowledgement_clocks AS c (report_id, organisation_id, level, revision,
      message_status, started_at, deadline_at, due_at, answered_at)
    SELECT e.report_id, owed.id, ${level}::int, e.revision, ${messageStatus}, e.recorded_at,
      e.recorded_at + ${deadlineMs}::int * interval '1 millisecond',
      e.recorded_at + ${deadlineMs}::int * interval '1 millisecond', ${answeredAt}
    FROM events e JOIN reports h ON h.report_id = e.report_id AND h.open,
      unnest(${owed}::text[]) WITH ORDINALITY AS owed (id, place)
    WHERE e.seq = ${seq} AND e.revision = ${revision}::int
    ORDER BY owed.place
    ON CONFLICT (report_id, organisation_id) DO UPDATE SET level = excluded.level,
      revision = excluded.revision, started_at = excluded.started_at,
      deadline_at = excluded.deadline_at, due_at = excluded.due_at,
      step = CASE WHEN c.level = excluded.level THEN c.step ELSE 0 END,
      answered_at = excluded.answered_at, ended_at = NULL, end_reason = NULL, measured = false
    WHERE c.level < excluded.level
      OR c.level = excluded.level AND c.end_reason = 'notShared'`.execute(tx)
}

// Who reads the feed may have answered before the fan-out came by.
const answeredAt = sql`(
  SELECT min(a.recorded_at) FROM acknowledgements a
  WHERE a.report_id = e.report_id AND a.organisation_id = owed.id AND a.revision >= e.revision
    AND a.kind IN ('seen', 'assessed'))`
