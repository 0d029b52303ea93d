// Tells both parties that an agreement ends soon, and that it has ended. What is owed stands in the
// database: any notifier may tell it, and after a downtime the next one does.

import type { Lane } from '@renkei/bell'
import { appendAudit, type Db, forEachAgreementEnd, tellParties } from '@renkei/db'
import { eventTypes } from '@renkei/schema'
import type { Clock, Logger } from '@renkei/service-kit'
import { every } from '../lanes/every.ts'

export interface EndsDeps {
  readonly db: Db
  readonly clock: Clock
  readonly newId: () => string
}

/** Tells of every stage that an agreement has reached and that was not told; resolves to how many. */
export async function tellEnds({ db, clock, newId }: EndsDeps): Promise<number> {
  const at = clock.now()
  return forEachAgreementEnd(db, at, async (tx, { agreement, stage, goesOn }) => {
    const ended = stage === 0
    // Whoever has renewed in time has nothing to be reminded of.
    if (goesOn && !ended) return
    const eventId = newId()
    const type = ended ? eventTypes.agreementExpired : eventTypes.agreementExpiring
    await tellParties(tx, agreement, { eventId, type, by: agreement.proposer, at })
    await appendAudit(tx, {
      at,
      organisationId: null,
      keyId: null,
      requestId: eventId,
      action: ended ? 'agreement.expired' : 'agreement.expiring',
      objectType: 'agreement',
      objectId: agreement.agreementId,
      objectOwner: agreement.proposer,
      ...(!ended && { detail: { daysBefore: stage } }),
    })
  })
}

export interface EndWatchDeps extends EndsDeps {
  readonly log: Logger
  readonly agreementWatchMs: number
  readonly wake: (lane: Lane) => void
}

/** Looks again and again until stopped. */
export function startEndWatch(deps: EndWatchDeps): { stop(): Promise<void> } {
  return every(deps.agreementWatchMs, async () => {
    try {
      if ((await tellEnds(deps)) > 0) deps.wake('level0to2')
    } catch (error) {
      deps.log.warn({ err: error }, 'agreements.not-told')
    }
  })
}
