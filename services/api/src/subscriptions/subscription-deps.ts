import type { Database } from '@renkei/db'
import type { Clock } from '@renkei/service-kit'
import type { Vault } from '@renkei/vault'
import type { PlatformKeys, Sender } from '@renkei/webhook'

export interface SubscriptionDeps {
  readonly database: Database['db']
  readonly clock: Clock
  readonly newId: () => string
  readonly sender: Sender
  readonly vault: Vault
  readonly platformKeys: PlatformKeys
  /** Whether there is a mail server. */
  readonly emailIsSetUp: boolean
  readonly subscriptionsPerOrganisationMax: number
  /** How long a key of idempotency finds what was made with it. */
  readonly idempotencyHours: number
}
