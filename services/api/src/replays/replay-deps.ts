import type { Db } from '@renkei/db'
import type { Clock } from '@renkei/service-kit'

export interface ReplayDeps {
  readonly db: Db
  readonly clock: Clock
  readonly newId: () => string
  /** Events a second when nothing is asked for, and at most. */
  readonly perSecond: number
  readonly perSecondMax: number
  readonly eventsMax: number
  readonly runningPerOrganisationMax: number
}
