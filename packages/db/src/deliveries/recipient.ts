// What a sender must know of a subscription to send to it: read by the claim and by the fan-out alike.

import { sql } from 'kysely'
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
  readonly state: SubscriptionState
  readonly viewSince: number
}

/** Of `subscriptions s` and `organisations o`. */
export const recipientColumns = sql`s.subscription_id AS "subscriptionId",
  s.organisation_id AS "organisationId", o.kind AS "organisationKind", s.channel, s.target, s.filter,
  s.secret, s.state, s.view_since AS "viewSince"`
