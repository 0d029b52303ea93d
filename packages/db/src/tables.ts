// Table types, one interface a table, in the order of the migrations.

import type { Generated, JSONColumnType } from 'kysely'
import type { DataKeysTable } from './vault/data-keys-table.ts'

export interface Tables {
  organisations: OrganisationsTable
  api_keys: ApiKeysTable
  signing_keys: SigningKeysTable
  signature_nonces: SignatureNoncesTable
  reports: ReportsTable
  report_revisions: ReportRevisionsTable
  idempotency_keys: IdempotencyKeysTable
  feed: FeedTable
  events: EventsTable
  fan_outs: FanOutsTable
  subscriptions: SubscriptionsTable
  delivery_queue: DeliveryQueueTable
  delivery_outcomes: DeliveryOutcomesTable
  delivery_attempts: DeliveryAttemptsTable
  notifiers: NotifiersTable
  agreements: AgreementsTable
  agreement_shares: AgreementSharesTable
  sharing_version: SharingVersionTable
  contacts: ContactsTable
  confirmation_requests: ConfirmationRequestsTable
  audit_entries: AuditEntriesTable
  data_keys: DataKeysTable
}

type Json<T extends object = object> = JSONColumnType<T>

interface OrganisationsTable {
  organisation_id: string
  name: string
  kind: OrganisationKind
  created_at: Generated<Date>
  name_ja: Generated<string | null>
  codes: Generated<object>
  revision: Generated<number>
  updated_at: Generated<Date>
}

export type OrganisationKind =
  | 'carrier'
  | 'mvno'
  | 'vendor'
  | 'contractor'
  | 'government'
  | 'ceptoar'
  | 'emergencyAgency'
  | 'media'

interface ApiKeysTable {
  key_id: string
  organisation_id: string
  label: string
  secret_hash: Buffer
  scopes: string[]
  created_at: Generated<Date>
  expires_at: Date | null
  revoked_at: Date | null
  replaced_by: Generated<string | null>
  signature_required: Generated<boolean>
  certificate_sha256: Generated<string | null>
  last_used_at: Generated<Date | null>
  last_used_address: Generated<string | null>
}

interface SigningKeysTable {
  signing_key_id: string
  organisation_id: string
  label: string
  public_key: Buffer
  created_at: Date
  expires_at: Date | null
  revoked_at: Date | null
  last_used_at: Generated<Date | null>
}

interface SignatureNoncesTable {
  signing_key_id: string
  nonce: string
  valid_until: Date
}

interface ReportsTable {
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
  owners: Generated<string[]>
  created_at: Date
  updated_at: Date
}

interface ReportRevisionsTable {
  report_id: string
  revision: number
  content: Json
  assessment: Json
  recorded_at: Date
  recorded_by: string
}

interface IdempotencyKeysTable {
  organisation_id: string
  idempotency_key: string
  fingerprint: Buffer
  report_id: string
  revision: number
  created_at: Date
}

interface FeedTable {
  only_row: Generated<boolean>
  epoch: Generated<string>
  head: Generated<number>
}

interface EventsTable {
  seq: number
  event_id: string
  type: string
  organisation_id: string
  report_id: string | null
  revision: number | null
  subject: string
  recipients: string[] | null
  content: Json | null
  kind: string
  kinds: string[]
  message_status: string
  level: number
  peak_level: number
  tlp: string
  told_at: string[]
  owners: Generated<string[]>
  services: string[]
  prefectures: string[]
  traceparent: string | null
  recorded_at: Date
}

interface FanOutsTable {
  seq: number
  lane: string
  after_subscription: string | null
  owed: Generated<number>
  completed_at: Date | null
}

interface SubscriptionsTable {
  subscription_id: string
  organisation_id: string
  channel: 'webhook'
  target: Json
  filter: Json
  mode: 'latest' | 'all'
  description: string | null
  state: SubscriptionState
  state_reason: string | null
  secret: string
  view_since: number
  created_at: Date
  updated_at: Date
}

export type SubscriptionState = 'pendingVerification' | 'active' | 'paused' | 'ended'

interface DeliveryQueueTable {
  seq: number
  subscription_id: string
  report_id: string | null
  revision: number | null
  lane: string
  attempts: Generated<number>
  due_at: Date
  claimed_by: string | null
  ordered: boolean
  reason: string | null
}

export type DeliveryOutcome = 'delivered' | 'superseded' | 'refused' | 'dead'

interface DeliveryOutcomesTable {
  seq: number
  subscription_id: string
  outcome: DeliveryOutcome
  reason: string
  attempts: number
  ended_at: Generated<Date>
}

interface DeliveryAttemptsTable {
  seq: number
  subscription_id: string
  attempt: number
  started_at: Date
  duration_ms: number
  result: 'delivered' | 'retry' | 'refused'
  status: number | null
  reason: string
}

export type AgreementState = 'proposed' | 'active' | 'declined' | 'withdrawn' | 'ended'

interface AgreementsTable {
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
  decided_at: Date | null
  ended_at: Date | null
  ended_by: string | null
  end_reason: string | null
  replaced_by: string | null
}

interface AgreementSharesTable {
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

interface SharingVersionTable {
  only_row: Generated<boolean>
  version: Generated<number>
}

interface NotifiersTable {
  notifier_id: string
  alive_until: Date
}

interface ContactsTable {
  contact_id: string
  organisation_id: string
  revision: number
  call_order: number
  role: string
  tlp: string
  name: string
  channels: string
  remark: string | null
  hours: Json
  languages: string[]
  validity: Json | null
  confirmed_at: Date
  confirmed_by: string
  updated_at: Date
}

interface ConfirmationRequestsTable {
  contact_id: string
  confirmed_at: Date
  asked: number
  first_asked_at: Date
}

interface AuditEntriesTable {
  chain: 'write' | 'read'
  seq: Generated<number>
  at: Date
  organisation_id: string | null
  key_id: string | null
  request_id: string
  address: string | null
  action: string
  object_type: string
  object_ids: string[]
  object_owner: string | null
  detail: Json | null
  prev_hash: Generated<Buffer>
  hash: Generated<Buffer>
}
