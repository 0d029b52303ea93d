// What a sender must know of a subscription to send to it: read by the claim and by the fan-out alike.

import { sql } from 'kysely'
import type { Signing } from '../subscriptions/subscription-row.ts'
import type { Channel, OrganisationKind, SubscriptionState } from '../tables.ts'

export interface Recipient {
  readonly subscriptionId: string
  readonly organisationId: string
  readonly organisationKind: OrganisationKind
  readonly channel: Channel
  readonly target: unknown
  readonly filter: unknown
  /** As it is stored: sealed. */
  readonly secret: string
  /** Signs beside it until its end. */
  readonly previousSecret: string | null
  readonly previousSecretUntil: Date | null
  readonly signing: Signing
  readonly clientCertificate: string | null
  /** As it is stored: sealed. */
  readonly clientKey: string | null
  readonly state: SubscriptionState
  readonly viewSince: number
}

/** Of `subscriptions s` and `organisations o`. */
export const recipientColumns = sql`s.subscription_id AS "subscriptionId",
  s.organisation_id AS "organisationId", o.kind AS "organisationKind", s.channel, s.target, s.filter,
  s.secret, s.previous_secret AS "previousSecret",
  s.previous_secret_until AS "previousSecretUntil", s.signing,
  s.client_certificate AS "clientCertificate", s.client_key AS "clientKey", s.state, s.view_since AS "viewSince"`
