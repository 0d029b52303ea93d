// What a sender must know of a subscription to send to it: read by the claim and by the fan-out alike.

import { sql } from 'kysely'
import type { Subscription } from '../subscriptions/subscription-row.ts'
import type { OrganisationKind } from '../tables.ts'

type Needed =
  | 'subscriptionId'
  | 'organisationId'
  | 'channel'
  | 'target'
  | 'filter'
  | 'secret'
  | 'previousSecret'
  | 'previousSecretUntil'
  | 'signing'
  | 'clientCertificate'
  | 'clientKey'
  | 'state'
  | 'viewSince'

/** Secrets and keys as they are stored: sealed. */
export interface Recipient extends Pick<Subscription, Needed> {
  readonly organisationKind: OrganisationKind
}

/** Of `subscriptions s` and `organisations o`. */
export const recipientColumns = sql`s.subscription_id AS "subscriptionId",
  s.organisation_id AS "organisationId", o.kind AS "organisationKind", s.channel, s.target, s.filter,
  s.secret, s.previous_secret AS "previousSecret",
  s.previous_secret_until AS "previousSecretUntil", s.signing,
  s.client_certificate AS "clientCertificate", s.client_key AS "clientKey", s.state, s.view_since AS "viewSince"`
