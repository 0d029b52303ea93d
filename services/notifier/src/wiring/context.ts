// What every part of a notifier is built with.

import type { Db } from '@renkei/db'
import type { Logger, Stopper } from '@renkei/service-kit'
import type { NotifierConfig } from '../config.ts'
import type { SharedClock } from '../lanes/shared-clock.ts'

export interface Context {
  readonly config: NotifierConfig
  readonly log: Logger
  readonly stopper: Stopper
  readonly notifierId: string
  /** Commits asynchronously: a crash repeats deliveries and loses none. */
  readonly db: Db
  /** The time of the database, which all processes share. */
  readonly clock: SharedClock
}
