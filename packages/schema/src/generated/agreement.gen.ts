// Generated from packages/schema/schemas/agreement.schema.json by scripts/generators/report-types.ts.
// Change the schema and run: npm run generate

import type { DateTime, Kind, LevelValue, OrganisationCode, PrefectureCode, ReportIdentifier, ServiceCode } from './report.gen.ts'

/**
 * proposed: waits for the counterpart; nothing flows. active: accepted; holds from validFrom to validUntil. declined: by the counterpart. withdrawn: by the proposer, or because the two agreed on another proposal (replacedBy). lapsed: not accepted within 30 days, unless the operator sets it otherwise, or before validUntil. ended: by one of both before its time. expired: its time is over.
 */
export type AgreementState =
  'proposed' | 'active' | 'declined' | 'withdrawn' | 'lapsed' | 'ended' | 'expired'
/**
 * The narrowest TLP 2.0 label that flows. TLP:CLEAR needs no agreement. What is TLP:RED is read signed in and never pushed.
 */
export type AgreementTlp = 'TLP:GREEN' | 'TLP:AMBER' | 'TLP:AMBER+STRICT' | 'TLP:RED'
/**
 * A part of a report that an agreement may open besides what always goes: contacts 連絡先, traffic トラヒック実測, controls 規制・再登録, interconnect 相互接続, plans 工事・企画型の計画, sensitive 機微情報, extensions 拡張.
 */
export type AgreementFieldSet =
  'contacts' | 'traffic' | 'controls' | 'interconnect' | 'plans' | 'sensitive' | 'extensions'

/**
 * An agreement as Renkei shows it to both parties; nobody else knows of it. Its terms never change: new terms are a new agreement.
 */
export interface Agreement {
  /**
   * Given by Renkei.
   */
  agreementId: ReportIdentifier
  /**
   * Who has proposed it.
   */
  proposer: OrganisationCode
  /**
   * Registered code of the other party.
   */
  counterpart: OrganisationCode
  /**
   * Where it stands at the time of the answer.
   */
  state: AgreementState
  /**
   * Which non-disclosure agreement between both stands behind it: a number or a title, not its text.
   */
  ndaReference: string
  /**
   * What both should know of the agreement.
   */
  remark?: string
  /**
   * First instant at which the terms hold, if the agreement is accepted by then; else from its acceptance. At most a day in the past when it is proposed.
   */
  validFrom: DateTime
  /**
   * From this instant on the terms do not hold any more. Earlier than proposed when a later agreement has taken the place of this one.
   */
  validUntil: DateTime
  /**
   * What flows, one entry for each direction. A direction without an entry stays as it is by default.
   */
  shares: AgreementShare[]
  /**
   * When it was proposed.
   */
  proposedAt: DateTime
  /**
   * When it was accepted, declined or withdrawn.
   */
  decidedAt?: DateTime
  /**
   * When one of both has ended it.
   */
  endedAt?: DateTime
  /**
   * Who has ended it.
   */
  endedBy?: OrganisationCode
  /**
   * Why it was ended.
   */
  endReason?: string
  /**
   * The agreement that takes the place of this one: at validUntil, or at once when this was only proposed.
   */
  replacedBy?: ReportIdentifier
}
/**
 * What flows in one direction while the agreement holds. Members are joined by and, entries of a list by or; an absent list means no limit.
 */
export interface AgreementShare {
  /**
   * Whose reports flow: one of both parties.
   */
  from: OrganisationCode
  /**
   * To whom they flow: the other party.
   */
  to: OrganisationCode
  /**
   * The narrowest label that flows.
   */
  tlpMax: AgreementTlp
  /**
   * Lowest level that flows; the highest that a report has had counts.
   */
  minLevel?: LevelValue
  /**
   * Kinds of report. Absent means all but leak, which has to be named.
   */
  kinds?: Kind[]
  /**
   * Services hit.
   */
  services?: ServiceCode[]
  /**
   * Prefectures hit (JIS X 0401); a report of the whole country concerns each of them.
   */
  prefectures?: PrefectureCode[]
  /**
   * Parts of a report that flow besides what always goes. May be empty.
   */
  fieldSets: AgreementFieldSet[]
  /**
   * Whether `to` may report on behalf of `from` (reporter.onBehalfOf).
   */
  mayReportFor?: boolean
}
/**
 * What an organisation sends to propose an agreement. Nothing flows before the counterpart has accepted it.
 */
export interface AgreementProposal {
  /**
   * Registered code of the other party.
   */
  counterpart: OrganisationCode
  /**
   * Which non-disclosure agreement between both stands behind it: a number or a title, not its text.
   */
  ndaReference: string
  /**
   * What both should know of the agreement.
   */
  remark?: string
  /**
   * First instant at which the terms hold, if the agreement is accepted by then; else from its acceptance. At most a day in the past when it is proposed.
   */
  validFrom: DateTime
  /**
   * From this instant on the terms do not hold any more, and a proposal that was not accepted lapses. At most five years after validFrom unless the operator sets it otherwise.
   */
  validUntil: DateTime
  /**
   * What flows, one entry for each direction. A direction without an entry stays as it is by default.
   */
  shares: AgreementShare[]
}
/**
 * What one of both sends to end an agreement at once.
 */
export interface AgreementEnding {
  /**
   * Why it is ended; shown to both.
   */
  reason: string
}
