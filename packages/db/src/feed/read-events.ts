// The feed in its order, with the revision that each event tells of.

import type { Marking } from '@renkei/schema'
import { sql } from 'kysely'
import type { Db } from '../open-database.ts'
import { eventColumns, eventTables, factColumns, factTables } from './event-columns.ts'

/** What decides who hears of an event: no content, so it is cheap to keep many in memory. */
export interface EventFacts {
  readonly seq: number
  readonly organisationId: string
  readonly kinds: readonly string[]
  readonly messageStatus: string
  readonly level: number
  readonly peakLevel: number
  /** The label that holds now: of this revision or of the current one, whichever is narrower. */
  readonly tlp: string
  readonly toldAt: readonly string[]
  readonly owners: readonly string[]
  readonly services: readonly string[]
  readonly prefectures: readonly string[]
  /** Of a notice: to whom it is addressed. */
  readonly recipients: readonly string[] | null
}

interface AnyEvent extends EventFacts {
  readonly eventId: string
  readonly type: string
  /** The identifier of the report, or of what a notice is about. */
  readonly subject: string
  readonly traceparent: string | null
  readonly recordedAt: Date
  /** Of the report as the carrier sent it, or the data of the notice. */
  readonly content: unknown
  readonly assessment: unknown
  /** Of the current revision, where that is another one. */
  readonly markingsNow: readonly Marking[] | null
}

export interface ReportEvent extends AnyEvent {
  readonly reportId: string
  readonly revision: number
}

/** An event that tells of a revision, or a notice. */
export type FeedEvent =
  | ReportEvent
  | (AnyEvent & { readonly reportId: null; readonly revision: null })

/** Reads the events after a feed number, oldest first; without a hole (`migrations/0003`). */
export async function readEventsAfter(db: Db, after: number, limit: number): Promise<FeedEvent[]> {
  const { rows } = await sql<FeedEvent>`
    SELECT ${eventColumns} FROM ${eventTables} WHERE e.seq > ${after}
    ORDER BY e.seq LIMIT ${limit}`.execute(db)
  return rows
}

/** Reads events by their feed numbers, in no order. */
export async function readEvents(db: Db, seqs: readonly number[]): Promise<FeedEvent[]> {
  const { rows } = await sql<FeedEvent>`
    SELECT ${eventColumns} FROM ${eventTables} WHERE e.seq = ANY(${seqs}::bigint[])`.execute(db)
  return rows
}

/** Reads the facts of the events before a feed number, newest first. */
export async function readFactsBefore(
  db: Db,
  before: number,
  limit: number,
): Promise<EventFacts[]> {
  const { rows } = await sql<EventFacts>`
    SELECT ${factColumns} FROM ${factTables} WHERE e.seq < ${before}
    ORDER BY e.seq DESC LIMIT ${limit}`.execute(db)
  return rows
}

/** Reads the current revision of every open report as its latest event, oldest first. */
export async function readOpenEvents(
  db: Db,
  afterSeq: number,
  limit: number,
): Promise<ReportEvent[]> {
  const { rows } = await sql<ReportEvent>`
    SELECT ${eventColumns} FROM reports h
    JOIN events e ON e.report_id = h.report_id AND e.revision = h.revision
    JOIN report_revisions r ON r.report_id = h.report_id AND r.revision = h.revision
    WHERE h.open AND e.seq > ${afterSeq} ORDER BY e.seq LIMIT ${limit}`.execute(db)
  return rows
}

export interface FeedHead {
  readonly epoch: string
  readonly head: number
}

/** Reads how far the feed goes, and which feed it is (a restored database gets a new epoch). */
export async function readFeedHead(db: Db): Promise<FeedHead> {
  return db.selectFrom('feed').select(['epoch', 'head']).executeTakeFirstOrThrow()
}

/** Names the organisation whose event this is; resolves to nothing when there is no such event. */
export async function readEventOwner(db: Db, eventId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('events')
    .select('organisation_id')
    .where('event_id', '=', eventId)
    .executeTakeFirst()
  return row?.organisation_id
}
