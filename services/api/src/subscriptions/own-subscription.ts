// A subscription belongs to its organisation; to others it does not exist.

import { type Db, findSubscription, type Subscription } from '@renkei/db'
import type { Caller } from '../auth/auth.ts'
import { DomainError } from '../problem/domain-error.ts'

/** Finds a live subscription of the caller's organisation, or throws `not-found`. */
export async function findOwn(
  db: Parameters<typeof findSubscription>[0] | Db,
  caller: Caller,
  subscriptionId: string,
  options: { forUpdate?: boolean } = {},
): Promise<Subscription> {
  const subscription = await findSubscription(db, subscriptionId, options)
  const mine = subscription?.organisationId === caller.organisationId
  if (!subscription || !mine || subscription.state === 'ended') {
    throw new DomainError('not-found', 'Your organisation has no such subscription.')
  }
  return subscription
}
