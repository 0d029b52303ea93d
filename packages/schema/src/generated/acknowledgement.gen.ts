// Generated from packages/schema/schemas/acknowledgement.schema.json by scripts/generators/report-types.ts.
// Change the schema and run: npm run generate

import type { DateTime, LevelValue, MessageStatus, OrganisationCode, ReportIdentifier } from './report.gen.ts'
import type { Problem } from './problem.gen.ts'
import type { RegisteredContactRole } from './contact.gen.ts'

/**
 * delivered: a machine has it. seen: a person has seen it (確認). assessed: a person has looked what it means for its own network (影響評価).
 */
export type AcknowledgementKind = 'delivered' | 'seen' | 'assessed'
/**
 * impacted: own services or users are hit. notImpacted: they are not. unknown: looked at, not known yet.
 */
export type AcknowledgementAnswer = 'impacted' | 'notImpacted' | 'unknown'
/**
 * By which way it came: API, WebSocket, or a link in a mail.
 */
export type AcknowledgementVia = 'api' | 'socket' | 'mail'
/**
 * Who has acknowledged: a role such as NOC当直, rather than a name. The reporter sees it, nobody else.
 */
export type Acknowledger = string
/**
 * What the reporter should know of it. The reporter sees it, nobody else.
 */
export type AcknowledgementRemark = string

/**
 * One word of one organisation on one revision, as it is kept and as the reporter is told. It is never changed: a correction is a new one. A machine's receipt (delivered) is not a person's answer.
 */
export interface Acknowledgement {
  /**
   * Given by Renkei.
   */
  acknowledgementId: ReportIdentifier
  /**
   * The report that it is about.
   */
  reportId: ReportIdentifier
  /**
   * The revision that was acknowledged.
   */
  revision: number
  /**
   * Who has acknowledged.
   */
  organisation: OrganisationCode
  /**
   * What was acknowledged.
   */
  kind: AcknowledgementKind
  /**
   * With assessed, and only there.
   */
  answer?: AcknowledgementAnswer
  /**
   * By which way it came.
   */
  via: AcknowledgementVia
  /**
   * Who has acknowledged.
   */
  by?: Acknowledger
  /**
   * What the reporter should know of it.
   */
  remark?: AcknowledgementRemark
  /**
   * When Renkei stored it.
   */
  recordedAt: DateTime
}
/**
 * What an organisation sends to acknowledge a revision.
 */
export interface AcknowledgementRequest {
  /**
   * The revision that was seen.
   */
  revision: number
  /**
   * What was acknowledged.
   */
  kind: AcknowledgementKind
  /**
   * With assessed, and only there.
   */
  answer?: AcknowledgementAnswer
  /**
   * Who has acknowledged.
   */
  by?: Acknowledger
  /**
   * What the reporter should know of it.
   */
  remark?: AcknowledgementRemark
}
/**
 * What a reader of the feed sends over its WebSocket; messageId comes back in the answer.
 */
export interface AcknowledgementFrame {
  /**
   * Any word of the reader, to tell answers apart.
   */
  messageId?: string
  /**
   * The acknowledgement.
   */
  acknowledge: {
    /**
     * The report that it is about.
     */
    reportId: ReportIdentifier
    /**
     * The revision that was seen.
     */
    revision: number
    /**
     * What was acknowledged.
     */
    kind: AcknowledgementKind
    /**
     * With assessed, and only there.
     */
    answer?: AcknowledgementAnswer
    /**
     * Who has acknowledged.
     */
    by?: Acknowledger
    /**
     * What the reporter should know of it.
     */
    remark?: AcknowledgementRemark
  }
}
/**
 * What Renkei answers over the WebSocket: what is recorded, or a problem.
 */
export interface AcknowledgementReply {
  /**
   * That of the message that it answers, where it had one.
   */
  messageId?: string
  /**
   * What is recorded.
   */
  acknowledgement?: Acknowledgement
  /**
   * Why it was refused.
   */
  problem?: Problem
}
/**
 * The newest revision that has reached a machine of the organisation by one channel; no person has to have seen it.
 */
export interface AcknowledgementReceipt {
  /**
   * webhook and email: from the ledger. acknowledged: said by the organisation's own system, which polls.
   */
  channel: 'webhook' | 'email' | 'acknowledged'
  /**
   * The newest that has arrived.
   */
  revision: number
  /**
   * When.
   */
  at: DateTime
}
/**
 * By when an answer of a person is due. It counts from the commit of the first revision of this level.
 */
export interface AcknowledgementDeadline {
  /**
   * The level that has set it.
   */
  level: LevelValue
  /**
   * The first revision of that level; answers to older ones do not count.
   */
  revision: number
  /**
   * When that revision was stored.
   */
  startedAt: DateTime
  /**
   * When an answer is due.
   */
  dueAt: DateTime
  /**
   * When the first person answered.
   */
  answeredAt?: DateTime
  /**
   * When no answer was needed any more: the report was closed, or is no longer shared.
   */
  endedAt?: DateTime
  /**
   * Whether the time is over without an answer.
   */
  overdue: boolean
  /**
   * How many contacts in turn were told that an answer is missing; 0 before the deadline.
   */
  step: number
  /**
   * Whether the register has nobody left to tell: call.
   */
  exhausted: boolean
}
/**
 * Whom to call there now, in the order of the register, as far as the register lets you see it.
 */
export interface CallTarget {
  /**
   * The contact in the register.
   */
  contactId: ReportIdentifier
  /**
   * What the contact is for.
   */
  role: RegisteredContactRole
  /**
   * Name of the desk.
   */
  name: string
  /**
   * Numbers to call, the first first. None when the contact has no telephone.
   *
   * Items: As the register has it.
   */
  phones: string[]
}
/**
 * Where one organisation stands with a report. The reporter sees one for each organisation that is owed it; everybody else sees only its own.
 */
export interface AcknowledgementStanding {
  /**
   * Whose standing it is.
   */
  organisation: OrganisationCode
  /**
   * What machines have received, by channel.
   */
  delivered: AcknowledgementReceipt[]
  /**
   * The latest word that a person has seen it.
   */
  seen?: Acknowledgement
  /**
   * The latest answer; it may have been corrected since.
   */
  assessed?: Acknowledgement
  /**
   * Absent where none is set: levels 0 and 1, tests.
   */
  deadline?: AcknowledgementDeadline
  /**
   * For the reporter, when the deadline is over.
   */
  call?: CallTarget
}
/**
 * What the event jp.renkei.acknowledgement.overdue.v1 carries, to the organisation that has not answered: which report, since when, and which of its own contacts was told.
 */
export interface AcknowledgementOverdue {
  /**
   * The report that it is about.
   */
  reportId: ReportIdentifier
  /**
   * The first revision of that level.
   */
  revision: number
  /**
   * The level that has set the deadline.
   */
  level: LevelValue
  /**
   * That of the report: what is exercised is marked.
   */
  messageStatus: MessageStatus
  /**
   * When that revision was stored.
   */
  startedAt: DateTime
  /**
   * When an answer was due.
   */
  dueAt: DateTime
  /**
   * Counts from 1.
   */
  step: number
  /**
   * Which of its contacts is told by mail; absent when there was none.
   */
  contactId?: ReportIdentifier
  /**
   * Where to answer, and where the standing is read.
   */
  href: string
}
/**
 * What the event jp.renkei.acknowledgement.escalated.v1 carries, to the reporter: who has not answered, which step was taken, and whom to call. Numbers are read at href, signed in.
 */
export interface AcknowledgementEscalation {
  /**
   * The report that it is about.
   */
  reportId: ReportIdentifier
  /**
   * The first revision of that level.
   */
  revision: number
  /**
   * The level that has set the deadline.
   */
  level: LevelValue
  /**
   * That of the report: what is exercised is marked.
   */
  messageStatus: MessageStatus
  /**
   * When that revision was stored.
   */
  startedAt: DateTime
  /**
   * When an answer was due.
   */
  dueAt: DateTime
  /**
   * Counts from 1.
   */
  step: number
  /**
   * Who has not answered.
   */
  organisation: OrganisationCode
  /**
   * Whether a contact was told by this step.
   */
  told: boolean
  /**
   * Whether nobody is left to be told: call.
   */
  exhausted: boolean
  /**
   * Whom to call there, where the register lets you see it; the number stands at href.
   */
  callContactId?: ReportIdentifier
  /**
   * Where to answer, and where the standing is read.
   */
  href: string
}
