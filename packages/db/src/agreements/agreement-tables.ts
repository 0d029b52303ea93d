// The tables of agreements, and the version of what they and the organisations make visible.

import type { Generated } from 'kysely'

type AgreementState = 'proposed' | 'active' | 'declined' | 'withdrawn' | 'ended'

export interface AgreementsTable {
  agreement_id: string
  proposer: string
  counterpart: string
  state: AgreementState
  nda_reference: string
  remark: string | null
  valid_from: Date
  valid_until: Date
  told_days_before: number | null
  proposed_at: Date
  accept_until: Date
  decided_at: Date | null
  ended_at: Date | null
  ended_by: string | null
  end_reason: string | null
  replaced_by: string | null
}

export interface AgreementSharesTable {
  agreement_id: string
  from_organisation: string
  to_organisation: string
  tlp_max: string
  min_level: number
  kinds: string[] | null
  services: string[] | null
  prefectures: string[] | null
  field_sets: string[]
  may_report_for: boolean
}

export interface SharingVersionTable {
  only_row: Generated<boolean>
  version: Generated<number>
}
