// The columns of an event as every reader of the feed names them: e is the event, r its revision.

import { sql } from 'kysely'

/** What decides who hears of an event. */
export const factColumns = sql`e.seq, e.organisation_id AS "organisationId", e.kind,
  e.message_status AS "messageStatus", e.level, e.peak_level AS "peakLevel", e.tlp, e.services, e.prefectures`

/** A whole event, with the revision that it tells of. */
export const eventColumns = sql`${factColumns}, e.event_id AS "eventId", e.type,
  e.report_id AS "reportId", e.revision, e.traceparent, e.recorded_at AS "recordedAt",
  r.content, r.assessment`

export const eventTables = sql`events e JOIN report_revisions r USING (report_id, revision)`
