// The tables of reports, their revisions, and the answers that a repeated request gets again.

import type { Generated, JSONColumnType } from 'kysely'

export interface ReportsTable {
  report_id: string
  organisation_id: string
  revision: number
  kind: string
  message_status: string
  state: string
  open: boolean
  level: number
  peak_level: number
  tlp: string
  services: string[]
  prefectures: string[]
  kinds: string[]
  told_at: string[]
  markings: JSONColumnType<object> | null
  owners: Generated<string[]>
  created_at: Date
  updated_at: Date
}

export interface ReportRevisionsTable {
  report_id: string
  revision: number
  content: JSONColumnType<object>
  assessment: JSONColumnType<object>
  recorded_at: Date
  recorded_by: string
}

export interface IdempotencyKeysTable {
  organisation_id: string
  idempotency_key: string
  fingerprint: Buffer
  report_id: string
  revision: number
  acknowledgement_id?: string | null
  created_at: Date
}
