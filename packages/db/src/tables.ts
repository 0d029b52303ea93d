// All tables, in the order of the migrations; each noun has its own in its folder.

import type { Generated, JSONColumnType } from 'kysely'
import type {
  AcknowledgementsTable,
  AcknowledgementClocksTable,
  EscalationStepsTable,
} from './acknowledgements/acknowledgement-tables.ts'
import type {
  OrganisationsTable,
  ApiKeysTable,
  SigningKeysTable,
  SignatureNoncesTable,
} from './organisations/organisation-tables.ts'
import type {
  ReportsTable,
  ReportRevisionsTable,
  IdempotencyKeysTable,
} from './reports/report-tables.ts'
import type { FeedTable, EventsTable, FanOutsTable } from './feed/feed-tables.ts'
import type {
  SubscriptionsTable,
  DeliveryQueueTable,
  DeliveryOutcomesTable,
  DeliveryAttemptsTable,
  NotifiersTable,
  EndpointHealthTable,
  SubscriptionViewsTable,
} from './deliveries/delivery-tables.ts'
import type {
  AgreementsTable,
  AgreementSharesTable,
  SharingVersionTable,
} from './agreements/agreement-tables.ts'
import type { ContactsTable, ConfirmationRequestsTable } from './register/contact-tables.ts'
import type { MailBouncesTable, MailLinksTable, MailOrdersTable } from './mail/mail-tables.ts'
import type { PlatformSigningKeysTable } from './platform-keys/platform-keys-table.ts'
import type { ReplaysTable } from './replays/replay-tables.ts'
import type { ReconciliationTable } from './reconcile/reconciliation-table.ts'
import type { DataKeysTable } from './vault/data-keys-table.ts'

export type {
  Channel,
  DeliveryOutcome,
  EndpointState,
  SubscriptionState,
} from './deliveries/delivery-tables.ts'
export type { OrganisationKind } from './organisations/organisation-tables.ts'

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
  endpoint_health: EndpointHealthTable
  subscription_views: SubscriptionViewsTable
  replays: ReplaysTable
  reconciliation: ReconciliationTable
  agreements: AgreementsTable
  agreement_shares: AgreementSharesTable
  sharing_version: SharingVersionTable
  contacts: ContactsTable
  confirmation_requests: ConfirmationRequestsTable
  acknowledgements: AcknowledgementsTable
  acknowledgement_clocks: AcknowledgementClocksTable
  escalation_steps: EscalationStepsTable
  mail_orders: MailOrdersTable
  mail_links: MailLinksTable
  mail_bounces: MailBouncesTable
  audit_entries: AuditEntriesTable
  data_keys: DataKeysTable
  platform_signing_keys: PlatformSigningKeysTable
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
  detail: JSONColumnType<object> | null
  prev_hash: Generated<Buffer>
  hash: Generated<Buffer>
}
