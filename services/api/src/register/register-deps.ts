import type { ContactVault, Db, SharingBook } from '@renkei/db'
import type { Clock } from '@renkei/service-kit'

export interface RegisterDeps {
  readonly db: Db
  readonly clock: Clock
  readonly newId: () => string
  readonly vault: ContactVault
  readonly sharing: Pick<SharingBook, 'refresh' | 'find'>
  readonly contactsPerOrganisationMax: number
  /** How long a confirmation counts, in days. */
  readonly contactConfirmDays: number
}
