// Looks again and again for contacts that are to be confirmed, and counts them. Every notifier does;
// what is due stands in the database, and an organisation is asked by one of them.

import { countContacts } from '@renkei/db'
import { confirmationBounds } from '@renkei/schema'
import type { Logger } from '@renkei/service-kit'
import type { Gauge } from 'prom-client'
import { every } from '../lanes/every.ts'
import { type AskDeps, askConfirmations } from './ask-confirmations.ts'

export interface ConfirmationJobDeps extends AskDeps {
  readonly log: Logger
  readonly contactSweepSeconds: number
  readonly contacts: Gauge<'state'>
}

/** Looks at once and then again and again until it is stopped. */
export function startConfirmationJob(deps: ConfirmationJobDeps): { stop(): Promise<void> } {
  return every(deps.contactSweepSeconds * 1000, async () => {
    try {
      const organisations = await askConfirmations(deps)
      if (organisations > 0) deps.log.info({ organisations }, 'contacts.confirmation-requested')
      await countStates(deps)
    } catch (error) {
      deps.log.warn({ err: error }, 'contacts.not-asked')
    }
  })
}

async function countStates({ db, clock, contactConfirmDays, contacts }: ConfirmationJobDeps) {
  const counts = await countContacts(db, confirmationBounds(clock.now(), contactConfirmDays))
  for (const [state, count] of Object.entries(counts)) contacts.set({ state }, count)
}
