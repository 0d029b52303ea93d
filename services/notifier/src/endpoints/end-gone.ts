// A receiver that answers 410 Gone wants nothing more: its subscription ends, and its owner is told.

import { type Db, findSubscription, tellOwner, updateSubscription } from '@renkei/db'
import { eventTypes } from '@renkei/schema'
import type { Clock } from '@renkei/service-kit'

export interface EndGoneDeps {
  readonly db: Db
  readonly clock: Clock
  readonly newId: () => string
}

const reason = 'the endpoint answered 410: it wants nothing more'

/** Where an endpoint was asked that is gone. */
export interface Gone {
  readonly subscriptionId: string
  readonly target: unknown
}

/**
 * Ends subscriptions; what still waits of them is refused with that reason. An answer speaks for the
 * address that gave it: one that has been replaced meanwhile ends nothing.
 */
export async function endGone(gone: readonly Gone[], { db, clock, newId }: EndGoneDeps) {
  for (const { subscriptionId, target } of gone) {
    await db.transaction().execute(async (tx) => {
      const present = await findSubscription(tx, subscriptionId, { forUpdate: true })
      if (!present || present.state === 'ended') return
      if (JSON.stringify(present.target) !== JSON.stringify(target)) return
      const at = clock.now()
      await updateSubscription(tx, subscriptionId, { state: 'ended', stateReason: reason }, at)
      await tellOwner(tx, {
        organisationId: present.organisationId,
        type: eventTypes.subscriptionEnded,
        mail: 'subscriptionEnded',
        data: { subscriptionId, reason },
        action: 'subscription.ended',
        at,
        newId,
      })
    })
  }
}
