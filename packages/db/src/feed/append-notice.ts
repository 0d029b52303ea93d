// Notices: events that concern no report and are addressed to organisations by name. They stand in
// the same feed, in the same order, and are owed and delivered like any other.

import { laneOfLevel } from '@renkei/schema'
import { sql } from 'kysely'
import type { Tx } from '../open-database.ts'

export interface Notice {
  readonly eventId: string
  readonly type: string
  /** Who gives it. */
  readonly organisationId: string
  readonly recipients: readonly string[]
  /** The identifier of what it is about. */
  readonly subject: string
  readonly level: 0 | 1 | 2 | 3 | 4
  readonly messageStatus: 'actual' | 'exercise' | 'test'
  readonly data: object
  readonly recordedAt: Date
  readonly traceparent?: string | null
}

/**
 * Puts a notice into the feed; resolves to its feed number. Holds the feed's lock until the end of
 * the transaction: call it late, with nothing but the audit entry after it.
 */
export async function appendNotice(tx: Tx, notice: Notice): Promise<number> {
  const { level, recipients } = notice
  // A feed number that readers saw must not be lost in a crash, also where little else matters so much.
  await sql`SET LOCAL synchronous_commit TO on`.execute(tx)
  const { rows } = await sql<{ seq: number }>`
    WITH numbered AS (UPDATE feed SET head = head + 1 RETURNING head),
    stored AS (
      INSERT INTO events (seq, event_id, type, organisation_id, subject, recipients, content, kind,
        kinds, message_status, level, peak_level, tlp, told_at, services, prefectures, traceparent,
        recorded_at)
      SELECT head, ${notice.eventId}::uuid, ${notice.type}, ${notice.organisationId},
        ${notice.subject}, ${[...recipients]}::text[], ${JSON.stringify(notice.data)}::json, 'notice',
        '{}', ${notice.messageStatus}, ${level}::int, ${level}::int, 'TLP:AMBER+STRICT',
        '{}', '{}', '{}', ${notice.traceparent ?? null}, ${notice.recordedAt}
      FROM numbered RETURNING seq),
    opened AS (INSERT INTO fan_outs (seq, lane) SELECT head, ${laneOfLevel(level)} FROM numbered)
    SELECT seq FROM stored`.execute(tx)
  const seq = rows[0]?.seq
  if (seq === undefined) throw new Error('the feed has no row')
  return seq
}
