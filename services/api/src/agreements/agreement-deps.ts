import type { Bell } from '@renkei/bell'
import type { Db } from '@renkei/db'
import type { Clock } from '@renkei/service-kit'
import type { FeedTail } from '../feed/feed-tail.ts'

export interface AgreementDeps {
  readonly db: Db
  readonly clock: Clock
  readonly newId: () => string
  readonly bell: Pick<Bell, 'ring'>
  readonly tail: Pick<FeedTail, 'poke'>
  readonly agreementYearsMax: number
  /** For how long a proposal may be accepted. */
  readonly proposalDaysMax: number
  readonly agreementsPerOrganisationMax: number
}
