// Generated from packages/schema/schemas/subscription.schema.json by scripts/generators/report-types.ts.
// Change the schema and run: npm run generate

import type { DateTime, Kind, LevelValue, MessageStatus, OrganisationCode, PrefectureCode, ReportIdentifier, ServiceCode } from './report.gen.ts'

/**
 * How events are sent.
 */
export type Channel = 'webhook'
/**
 * Whether every revision is owed or only the latest.
 */
export type SubscriptionMode = 'all' | 'latest'
/**
 * Where the subscription stands.
 */
export type SubscriptionState = 'pendingVerification' | 'active' | 'paused' | 'ended'

/**
 * A subscription as Renkei shows it to its owner.
 */
export interface Subscription {
  /**
   * Given by Renkei.
   */
  subscriptionId: ReportIdentifier
  /**
   * Registered code of the organisation that subscribes.
   */
  organisation: OrganisationCode
  /**
   * How events are sent.
   */
  channel: Channel
  /**
   * Where events are sent.
   */
  target: SubscriptionTarget
  /**
   * Which events are wanted. An absent member means no limit.
   */
  filter: SubscriptionFilter
  /**
   * latest: a newer revision supersedes an older one that is not delivered yet. all: every revision in order.
   */
  mode: SubscriptionMode
  /**
   * What the subscription is for.
   */
  description?: string
  /**
   * pendingVerification until the target has answered the challenge.
   */
  state: SubscriptionState
  /**
   * Why the subscription is in this state, such as what the endpoint answered to its challenge.
   */
  stateReason?: string
  /**
   * When the subscription was made.
   */
  createdAt: DateTime
  /**
   * Standard Webhooks signing secret. Shown once, in the answer that creates it.
   */
  secret?: string
}
/**
 * Where events are sent.
 */
export interface SubscriptionTarget {
  /**
   * Address that takes signed POST requests.
   */
  url: string
}
/**
 * Which events are wanted. Members are joined by and, entries of a list by or.
 */
export interface SubscriptionFilter {
  /**
   * Kinds of report.
   */
  kinds?: Kind[]
  /**
   * Lowest level wanted.
   */
  minLevel?: LevelValue
  /**
   * Services hit.
   */
  services?: ServiceCode[]
  /**
   * Prefectures hit (JIS X 0401).
   */
  prefectures?: PrefectureCode[]
  /**
   * Registered codes of reporters.
   */
  organisations?: OrganisationCode[]
  /**
   * Real, exercise or test.
   */
  messageStatuses?: MessageStatus[]
}
/**
 * What an organisation sends to subscribe.
 */
export interface SubscriptionRequest {
  /**
   * How events are sent.
   */
  channel: Channel
  /**
   * Where events are sent.
   */
  target: SubscriptionTarget
  /**
   * Which events are wanted. An absent member means no limit.
   */
  filter?: SubscriptionFilter
  /**
   * latest: a newer revision supersedes an older one that is not delivered yet. all: every revision in order.
   */
  mode?: SubscriptionMode
  /**
   * What the subscription is for.
   */
  description?: string
}
/**
 * What an organisation sends to change a subscription. A filter replaces the whole filter.
 */
export interface SubscriptionPatch {
  /**
   * Where events are sent.
   */
  target?: SubscriptionTarget
  /**
   * Which events are wanted. An absent member means no limit.
   */
  filter?: SubscriptionFilter
  /**
   * latest: a newer revision supersedes an older one that is not delivered yet. all: every revision in order.
   */
  mode?: SubscriptionMode
  /**
   * What the subscription is for.
   */
  description?: string
  /**
   * Pause or go on.
   */
  state?: 'active' | 'paused'
}
