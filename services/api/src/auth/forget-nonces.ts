// Forgets the nonces of signatures that nobody would believe any more for their age.

import { type Db, forgetNonces } from '@renkei/db'
import type { Clock, Logger } from '@renkei/service-kit'

const everyMs = 60_000
// A clock that is set back a little must not make a used nonce new.
const slackMs = 3_600_000
const rowsMax = 10_000

export interface HousekeepingDeps {
  readonly db: Db
  readonly clock: Clock
  readonly log: Logger
}

/** Starts forgetting, once a minute; resolves what it gives back when the last round has ended. */
export function startForgettingNonces(deps: HousekeepingDeps): () => Promise<void> {
  let round: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    round = forgetOldNonces(deps).catch((error: unknown) => {
      deps.log.warn({ err: error }, 'nonces.not-forgotten')
    })
  }, everyMs)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await round
  }
}

/** One round: so many rows at a time that nothing has to wait for it. */
async function forgetOldNonces({ db, clock }: Omit<HousekeepingDeps, 'log'>): Promise<void> {
  const before = new Date(clock.now().getTime() - slackMs)
  while ((await forgetNonces(db, before, rowsMax)) === rowsMax);
}
