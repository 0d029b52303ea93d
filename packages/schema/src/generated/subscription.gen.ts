// Generated from packages/schema/schemas/subscription.schema.json by scripts/generators/report-types.ts.
// Change the schema and run: npm run generate

import type { DateTime, Kind, LevelValue, MessageStatus, OrganisationCode, PrefectureCode, ReportIdentifier, ServiceCode } from './report.gen.ts'

/**
 * How events are sent: by signed POST requests, or by e-mail to those without a system.
 */
export type Channel = 'webhook' | 'email'
/**
 * What requests are signed with. standardWebhooks: HMAC-SHA256 with the secret of the subscription (Standard Webhooks 1.0). standardWebhooksAndHttpSignature: beside it, an HTTP message signature (RFC 9421, Ed25519) with the key of this Renkei, which anybody can verify.
 */
export type Signing = 'standardWebhooks' | 'standardWebhooksAndHttpSignature'
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
   * How events are sent: by signed POST requests, or by e-mail to those without a system.
   */
  channel: Channel
  /**
   * Where events are sent: a url for the channel webhook, an address for the channel email.
   */
  target: SubscriptionTarget
  /**
   * New address that has not answered its challenge yet. Until it does, events go to target.
   */
  pendingTarget?: SubscriptionTarget
  /**
   * Why the new address is not in use: what came of its challenge.
   */
  pendingReason?: string
  /**
   * Which events are wanted. An absent member means no limit.
   */
  filter: SubscriptionFilter
  /**
   * latest: a newer revision supersedes an older one that is not delivered yet. all: every revision in order.
   */
  mode: SubscriptionMode
  /**
   * What requests are signed with. standardWebhooks: HMAC-SHA256 with the secret of the subscription (Standard Webhooks 1.0). standardWebhooksAndHttpSignature: beside it, an HTTP message signature (RFC 9421, Ed25519) with the key of this Renkei, which anybody can verify.
   */
  signing?: Signing
  /**
   * The certificate that Renkei shows to the endpoint (mutual TLS). Its key is never shown.
   */
  clientCertificate?: ClientCertificate
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
   * How deliveries to the endpoint have gone of late.
   */
  health?: EndpointHealth
  /**
   * Counts the changes. In quotes it is the ETag, for the If-Match of a change.
   */
  revision: number
  /**
   * When the subscription was made.
   */
  createdAt: DateTime
  /**
   * Standard Webhooks signing secret. Shown once, in the answer that creates it or replaces it.
   */
  secret?: string
  /**
   * Until then requests are signed with the previous secret, too.
   */
  previousSecretUntil?: DateTime
}
/**
 * Where events are sent: a url for the channel webhook, an address for the channel email.
 */
export interface SubscriptionTarget {
  /**
   * Address that takes signed POST requests.
   */
  url?: string
  /**
   * Address that takes e-mail. It is stored sealed and shown to its owner only.
   */
  address?: string
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
 * The certificate that Renkei shows to the endpoint (mutual TLS). Its key is never shown.
 */
export interface ClientCertificate {
  /**
   * The certificates in PEM, the client's own first.
   */
  chain: string
  /**
   * Whom it names, in one line.
   */
  subject: string
  /**
   * When it expires; from then on nothing can be delivered with it.
   */
  validUntil: DateTime
  /**
   * SHA-256 of the certificate, in base64url.
   */
  fingerprint: string
}
/**
 * How deliveries to the endpoint have gone of late.
 */
export interface EndpointHealth {
  /**
   * closed: everything is sent. open: the endpoint fails, and what is owed waits for the next probe. halfOpen: one delivery is on its way to find out.
   */
  state: 'closed' | 'open' | 'halfOpen'
  /**
   * Since when there have been nothing but failures.
   */
  since?: DateTime
  /**
   * Failures since the last success.
   */
  consecutiveFailures: number
  /**
   * What came of the last attempt, in words.
   */
  lastReason?: string
  /**
   * When the endpoint is tried next.
   */
  nextProbeAt?: DateTime
  /**
   * Since when events of levels 0 to 2 are no longer tried. To set the state to active switches it on again.
   */
  switchedOffAt?: DateTime
}
/**
 * What an organisation sends to subscribe.
 */
export interface SubscriptionRequest {
  /**
   * How events are sent: by signed POST requests, or by e-mail to those without a system.
   */
  channel: Channel
  /**
   * Where events are sent: a url for the channel webhook, an address for the channel email.
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
   * What requests are signed with. standardWebhooks: HMAC-SHA256 with the secret of the subscription (Standard Webhooks 1.0). standardWebhooksAndHttpSignature: beside it, an HTTP message signature (RFC 9421, Ed25519) with the key of this Renkei, which anybody can verify.
   */
  signing?: Signing
  /**
   * Certificate in PEM that Renkei shows to the endpoint (mutual TLS), followed by those that lead to its authority. Needs clientKey.
   */
  clientCertificate?: string
  /**
   * Private key of the client certificate in PEM, without a password. It is stored sealed and never shown.
   */
  clientKey?: string
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
   * Where events are sent from now on. A new address must answer a challenge first; until then the present one stays in use.
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
   * What requests are signed with. standardWebhooks: HMAC-SHA256 with the secret of the subscription (Standard Webhooks 1.0). standardWebhooksAndHttpSignature: beside it, an HTTP message signature (RFC 9421, Ed25519) with the key of this Renkei, which anybody can verify.
   */
  signing?: Signing
  /**
   * Certificate in PEM that Renkei shows to the endpoint (mutual TLS), followed by those that lead to its authority. Needs clientKey.
   */
  clientCertificate?: string
  /**
   * Private key of the client certificate in PEM, without a password. It is stored sealed and never shown.
   */
  clientKey?: string
  /**
   * Take the client certificate and its key away.
   */
  removeClientCertificate?: true
  /**
   * What the subscription is for.
   */
  description?: string
  /**
   * Pause or go on.
   */
  state?: 'active' | 'paused'
}
/**
 * How a new signing secret takes the place of the present one.
 */
export interface SecretRotation {
  /**
   * How many hours requests are signed with both.
   */
  overlapHours?: number
}
