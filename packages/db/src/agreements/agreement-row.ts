// An agreement between its rows and the contract.

import type { Agreement, AgreementShare, AgreementState } from '@renkei/schema'
import { type Selectable, sql } from 'kysely'
import type { Tables } from '../tables.ts'

/** All that stands of an agreement, with its shares; what time has done by then shows in the state. */
export const agreementColumns = (at: Date) => sql`a.*, ${stateAt(at)} AS "stateNow",
  (SELECT json_agg(json_build_object('from', s.from_organisation, 'to', s.to_organisation,
      'tlpMax', s.tlp_max, 'minLevel', s.min_level, 'kinds', s.kinds, 'services', s.services,
      'prefectures', s.prefectures, 'fieldSets', s.field_sets, 'mayReportFor', s.may_report_for)
    ORDER BY s.from_organisation = a.proposer DESC)
    FROM agreement_shares s WHERE s.agreement_id = a.agreement_id) AS shares`

/** The state as it is at an instant: nobody has to write down that time is over for it to be so. */
export const stateAt = (at: Date) => sql<AgreementState>`CASE
  WHEN a.state = 'proposed' AND least(a.valid_until, a.accept_until) <= ${at} THEN 'lapsed'
  WHEN a.state = 'active' AND a.valid_until <= ${at} THEN 'expired' ELSE a.state END`

export type AgreementRow = Selectable<Tables['agreements']> & {
  readonly stateNow: AgreementState
  readonly shares: readonly Record<keyof AgreementShare, unknown>[]
}

/** The agreement as both parties see it; its terms are complete, with no default left out. */
export function fromRow(row: AgreementRow): Agreement {
  return withoutNulls({
    agreementId: row.agreement_id,
    proposer: row.proposer,
    counterpart: row.counterpart,
    state: row.stateNow,
    ndaReference: row.nda_reference,
    remark: row.remark,
    validFrom: row.valid_from.toISOString(),
    validUntil: row.valid_until.toISOString(),
    shares: row.shares.map(withoutNulls),
    proposedAt: row.proposed_at.toISOString(),
    decidedAt: row.decided_at?.toISOString(),
    endedAt: row.ended_at?.toISOString(),
    endedBy: row.ended_by,
    endReason: row.end_reason,
    replacedBy: row.replaced_by,
  }) as Agreement
}

function withoutNulls(members: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== null && value !== undefined),
  )
}
