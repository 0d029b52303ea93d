// The columns of an event as every reader of the feed names them: e is the event, r its revision and
// h the head of its report; a notice has neither.

import { sql } from 'kysely'
import { tlpRankOf } from '../tlp-rank.ts'

// A label that was narrowed later holds for what was told before it, too.
const tlpNow = sql`CASE WHEN ${tlpRankOf('h.tlp')} > ${tlpRankOf('e.tlp')} THEN h.tlp ELSE e.tlp END`

/** What decides who hears of an event. */
export const factColumns = sql`e.seq, e.organisation_id AS "organisationId", e.kinds,
  e.message_status AS "messageStatus", e.level, e.peak_level AS "peakLevel",
  ${tlpNow} AS tlp, e.told_at AS "toldAt", e.owners, e.services, e.prefectures, e.recipients`

/** A whole event, with the revision that it tells of. */
export const eventColumns = sql`${factColumns}, e.event_id AS "eventId", e.type,
  e.report_id AS "reportId", e.revision, e.subject, e.traceparent, e.recorded_at AS "recordedAt",
  coalesce(e.content, r.content) AS content, r.assessment,
  CASE WHEN h.revision <> e.revision THEN h.markings END AS "markingsNow"`

export const eventTables = sql`events e
  LEFT JOIN report_revisions r ON r.report_id = e.report_id AND r.revision = e.revision
  LEFT JOIN reports h ON h.report_id = e.report_id`

/** Events with no more than decides who hears of them. */
export const factTables = sql`events e LEFT JOIN reports h ON h.report_id = e.report_id`
