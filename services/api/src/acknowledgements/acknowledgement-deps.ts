import type { Bell } from '@renkei/bell'
import type { Db, SharingBook } from '@renkei/db'
import type { Clock } from '@renkei/service-kit'
import type { Vault } from '@renkei/vault'
import type { FeedTail } from '../feed/feed-tail.ts'

export interface AcknowledgementDeps {
  readonly db: Db
  readonly clock: Clock
  readonly newId: () => string
  readonly sharing: SharingBook
  readonly vault: Vault
  readonly bell: Pick<Bell, 'ring'>
  readonly tail: Pick<FeedTail, 'poke'>
  /** How long a confirmation of a contact counts, in days. */
  readonly contactConfirmDays: number
}
