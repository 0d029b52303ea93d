// A subscription between its row and the program.

import type { Selectable } from 'kysely'
import type { Channel, SubscriptionState, Tables } from '../tables.ts'

export type Signing = 'standardWebhooks' | 'standardWebhooksAndHttpSignature'

export interface Subscription {
  readonly subscriptionId: string
  readonly organisationId: string
  readonly channel: Channel
  readonly target: unknown
  /** A new address that has not answered its challenge; `target` stays in use until it does. */
  readonly pendingTarget: unknown
  readonly pendingReason: string | null
  readonly filter: unknown
  readonly mode: 'latest' | 'all'
  readonly description: string | null
  readonly state: SubscriptionState
  readonly stateReason: string | null
  readonly secret: string
  /** Signs beside the secret until its end. */
  readonly previousSecret: string | null
  readonly previousSecretUntil: Date | null
  readonly signing: Signing
  /** The chain in PEM. */
  readonly clientCertificate: string | null
  /** Sealed. */
  readonly clientKey: string | null
  /** Counts the changes, from 1. */
  readonly revision: number
  readonly viewSince: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

type Given = 'subscriptionId' | 'organisationId' | 'channel' | 'target' | 'filter' | 'mode'

export interface NewSubscription extends Pick<
  Subscription,
  Given | 'description' | 'state' | 'secret'
> {
  readonly signing?: Signing
  readonly clientCertificate?: string | null
  readonly clientKey?: string | null
  /** Of the request, when it had one. */
  readonly idempotency?: { readonly key: string; readonly fingerprint: Buffer } | undefined
}

/** The subscription of a row. */
export function fromRow(row: Selectable<Tables['subscriptions']>): Subscription {
  return {
    subscriptionId: row.subscription_id,
    organisationId: row.organisation_id,
    channel: row.channel,
    target: row.target,
    pendingTarget: row.pending_target,
    pendingReason: row.pending_reason,
    filter: row.filter,
    mode: row.mode,
    description: row.description,
    state: row.state,
    stateReason: row.state_reason,
    secret: row.secret,
    previousSecret: row.previous_secret,
    previousSecretUntil: row.previous_secret_until,
    signing: row.signing,
    clientCertificate: row.client_certificate,
    clientKey: row.client_key,
    revision: row.revision,
    viewSince: row.view_since,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
