// The tables of subscriptions and of what is owed, was sent, and by which process.

import type { Generated, JSONColumnType } from 'kysely'

export interface SubscriptionsTable {
  subscription_id: string
  organisation_id: string
  channel: 'webhook'
  target: JSONColumnType<object>
  filter: JSONColumnType<object>
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
}

export type DeliveryOutcome = 'delivered' | 'superseded' | 'refused' | 'dead'

export interface DeliveryOutcomesTable {
  seq: number
  subscription_id: string
  outcome: DeliveryOutcome
  reason: string
  attempts: number
  ended_at: Generated<Date>
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
}

export interface NotifiersTable {
  notifier_id: string
  alive_until: Date
}
