// One word of one organisation on one revision: stored, told to the reporter, on record. It never
// changes what was said before; what counts is the latest of the highest kind.

import {
  type Acknowledgement,
  type AcknowledgementAnswer,
  type AcknowledgementKind,
  type AcknowledgementVia,
  eventTypes,
  type MessageStatus,
} from '@renkei/schema'
import { sql } from 'kysely'
import { appendAudit } from '../audit/append-audit.ts'
import { appendNotice } from '../feed/append-notice.ts'
import type { Tx } from '../open-database.ts'
import { toAcknowledgement } from './acknowledgement-row.ts'
import { noticeLevelOf } from './notice-level.ts'
import { rememberRequest, type RequestOnce } from './remember-request.ts'

export interface NewAcknowledgement {
  readonly organisationId: string
  readonly reportId: string
  readonly revision: number
  readonly kind: AcknowledgementKind
  /** With `assessed`, and only there. */
  readonly answer: AcknowledgementAnswer | null
  readonly via: AcknowledgementVia
  /** The role or name of the person, at most 200 characters. */
  readonly by: string | null
  /** At most 1000 characters. */
  readonly remark: string | null
  readonly at: Date
  readonly newId: () => string
  readonly requestId: string
  /** With which key and from where, when a key stands behind it. */
  readonly keyId?: string | null
  readonly address?: string | null
  readonly traceparent?: string | null
  /** The idempotency key of the request, which then finds what it has stored. */
  readonly once?: RequestOnce | undefined
}

export interface RecordedAcknowledgement {
  /** What counts now: the new one, or the one that said as much before. */
  readonly acknowledgement: Acknowledgement
  /** False when nothing was added. */
  readonly isNew: boolean
}

/**
 * Stores an acknowledgement, stops the clock that it answers, tells the reporter and writes the audit
 * entry; what says no more than what stands is not stored again. Rejects when there is no such
 * revision or when it is the reporter's own; whether the organisation may know of it is for the
 * caller to decide. Rejects with a `TooMuchSaidError` after 20 words on one revision. Call it last in a transaction: it ends with the locks of feed and audit.
 */
export async function recordAcknowledgement(
  tx: Tx,
  given: NewAcknowledgement,
): Promise<RecordedAcknowledgement> {
  await lockAnswers(tx, given)
  const report = await readReport(tx, given)
  const standing = await readStanding(tx, given)
  if (standing && saysAsMuch(standing, given)) {
    await rememberRequest(tx, given, standing.acknowledgementId)
    return { acknowledgement: standing, isNew: false }
  }
  if ((await countSaid(tx, given)) >= saidMax) throw new TooMuchSaidError()
  const acknowledgement = await insert(tx, given)
  if (given.kind !== 'delivered') await stopClock(tx, given)
  await rememberRequest(tx, given, acknowledgement.acknowledgementId)
  await tellReporter(tx, { acknowledgement, report, given })
  return { acknowledgement, isNew: true }
}

/** Lets one transaction at a time say something for an organisation on a report. */
export async function lockAnswers(
  tx: Tx,
  { reportId, organisationId }: Pick<NewAcknowledgement, 'reportId' | 'organisationId'>,
): Promise<void> {
  const name = `acknowledgements ${reportId} ${organisationId}`
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(tx)
}

// Each word is an event of its own: corrections have an end.
const saidMax = 20

/** The organisation has said as much on a revision as it may. */
export class TooMuchSaidError extends Error {
  override readonly name = 'TooMuchSaidError'
  readonly max = saidMax
}

async function countSaid(
  tx: Tx,
  { reportId, revision, organisationId }: NewAcknowledgement,
): Promise<number> {
  const { count } = await tx
    .selectFrom('acknowledgements')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('report_id', '=', reportId)
    .where('organisation_id', '=', organisationId)
    .where('revision', '=', revision)
    .executeTakeFirstOrThrow()
  return count
}

interface ReportFacts {
  readonly owner: string
  readonly messageStatus: MessageStatus
  readonly level: number
}

async function readReport(tx: Tx, given: NewAcknowledgement): Promise<ReportFacts> {
  const { reportId, revision, organisationId } = given
  const { rows } = await sql<ReportFacts>`
    SELECT h.organisation_id AS owner, h.message_status AS "messageStatus", h.level
    FROM reports h JOIN report_revisions r USING (report_id)
    WHERE h.report_id = ${reportId}::uuid AND r.revision = ${revision}::int`.execute(tx)
  const [report] = rows
  if (!report) throw new Error(`there is no revision ${revision} of report ${reportId}`)
  if (report.owner === organisationId) throw new Error('a report is not acknowledged by its owner')
  return report
}

async function readStanding(
  tx: Tx,
  { reportId, revision, organisationId }: NewAcknowledgement,
): Promise<Acknowledgement | undefined> {
  const row = await tx
    .selectFrom('acknowledgements')
    .selectAll()
    .where('report_id', '=', reportId)
    .where('organisation_id', '=', organisationId)
    .where('revision', '=', revision)
    .orderBy(sql`array_position(ARRAY['delivered', 'seen', 'assessed'], kind)`, 'desc')
    .orderBy('entry', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && toAcknowledgement(row)
}

const ranks: Record<AcknowledgementKind, number> = { delivered: 0, seen: 1, assessed: 2 }

// A lower kind adds nothing; the same one does when it says something else.
function saysAsMuch(standing: Acknowledgement, given: NewAcknowledgement): boolean {
  if (ranks[given.kind] !== ranks[standing.kind]) return ranks[given.kind] < ranks[standing.kind]
  const { answer = null, by = null, remark = null } = standing
  return (
    answer === given.answer &&
    (given.by === null || given.by === by) &&
    (given.remark === null || given.remark === remark)
  )
}

async function insert(tx: Tx, given: NewAcknowledgement): Promise<Acknowledgement> {
  const row = await tx
    .insertInto('acknowledgements')
    .values({
      acknowledgement_id: given.newId(),
      report_id: given.reportId,
      revision: given.revision,
      organisation_id: given.organisationId,
      kind: given.kind,
      answer: given.answer,
      via: given.via,
      given_by: given.by,
      remark: given.remark,
      recorded_at: given.at,
      request_id: given.requestId,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return toAcknowledgement(row)
}

async function stopClock(tx: Tx, given: NewAcknowledgement): Promise<void> {
  await tx
    .updateTable('acknowledgement_clocks')
    .set({ answered_at: given.at })
    .where('report_id', '=', given.reportId)
    .where('organisation_id', '=', given.organisationId)
    .where('revision', '<=', given.revision)
    .where('answered_at', 'is', null)
    .execute()
}

interface Told {
  readonly acknowledgement: Acknowledgement
  readonly report: ReportFacts
  readonly given: NewAcknowledgement
}

async function tellReporter(tx: Tx, { acknowledgement, report, given }: Told): Promise<void> {
  const { organisationId, reportId, revision, kind, via, at } = given
  await appendNotice(tx, {
    eventId: given.newId(),
    type: eventTypes.acknowledgementRecorded,
    organisationId,
    recipients: [report.owner],
    subject: reportId,
    level: noticeLevelOf(report.level),
    messageStatus: report.messageStatus,
    data: acknowledgement,
    recordedAt: at,
    traceparent: given.traceparent ?? null,
  })
  await appendAudit(tx, {
    at,
    organisationId,
    keyId: given.keyId ?? null,
    requestId: given.requestId,
    address: given.address ?? null,
    action: 'acknowledgement.recorded',
    objectType: 'report',
    objectId: reportId,
    objectOwner: report.owner,
    detail: { revision, kind, via, ...(given.answer !== null && { answer: given.answer }) },
  })
}
