// The tables of subscriptions and of what is owed, was sent, and by which process.

import type { Generated, JSONColumnType } from 'kysely'

export interface SubscriptionsTable {
  subscription_id: string
  organisation_id: string
  channel: Channel
  target: JSONColumnType<object>
  filter: JSONColumnType<object>
  mode: 'latest' | 'all'
  description: string | null
  state: SubscriptionState
  state_reason: string | null
  secret: string
  revision: Generated<number>
  signing: Generated<'standardWebhooks' | 'standardWebhooksAndHttpSignature'>
  previous_secret: string | null
  previous_secret_until: Date | null
  pending_target: JSONColumnType<object> | null
  pending_reason: string | null
  client_certificate: string | null
  client_key: string | null
  idempotency_key: string | null
  request_fingerprint: Buffer | null
  view_since: number
  created_at: Date
  updated_at: Date
}

export type Channel = 'webhook' | 'email'
export type SubscriptionState = 'pendingVerification' | 'active' | 'paused' | 'ended'

export interface DeliveryQueueTable {
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
  level: Generated<number>
  round: Generated<number>
  replay_id: string | null
}

export type DeliveryOutcome = 'delivered' | 'superseded' | 'refused' | 'dead'

export interface DeliveryOutcomesTable {
  seq: number
  subscription_id: string
  outcome: DeliveryOutcome
  reason: string
  attempts: number
  ended_at: Generated<Date>
  round: Generated<number>
  replay_id: string | null
}

export interface DeliveryAttemptsTable {
  seq: number
  subscription_id: string
  attempt: number
  started_at: Date
  duration_ms: number
  result: 'delivered' | 'retry' | 'refused'
  status: number | null
  reason: string
  round: Generated<number>
}

export interface NotifiersTable {
  notifier_id: string
  alive_until: Date
}

export type EndpointState = 'closed' | 'open' | 'halfOpen'

export interface EndpointHealthTable {
  subscription_id: string
  state: EndpointState
  consecutive_failures: number
  failing_since: Date | null
  probes: Generated<number>
  probe_at: Date | null
  asked_until: Date | null
  switched_off_at: Date | null
  told: string | null
  last_status: number | null
  last_reason: string | null
  updated_at: Date
}

export interface SubscriptionViewsTable {
  subscription_id: string
  since: number
  until: number
  filter: JSONColumnType<object>
}
