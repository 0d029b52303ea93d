// What came back: every message once. An address that takes no mail has its subscription paused, and its
// organisation is told; what only came back for now is counted.

import { eventTypes } from '@renkei/schema'
import { tellOwner } from '../deliveries/tell-owner.ts'
import type { Db, Tx } from '../open-database.ts'
import { findSubscription } from '../subscriptions/read-subscriptions.ts'
import { updateSubscription } from '../subscriptions/write-subscriptions.ts'

export interface Bounce {
  readonly bounceId: string
  /** Of the message that came back: fed in twice it counts once. */
  readonly digest: Buffer
  readonly about: { readonly subscriptionId: string } | { readonly mailId: string }
  readonly hard: boolean
  /** Of RFC 3463, such as 5.1.1. */
  readonly status: string
  readonly at: Date
}

/** Stores a bounce; resolves to false when it was stored before. */
export async function recordBounce(tx: Tx, bounce: Bounce): Promise<boolean> {
  const { about } = bounce
  const stored = await tx
    .insertInto('mail_bounces')
    .values({
      bounce_id: bounce.bounceId,
      message_digest: bounce.digest,
      subscription_id: 'subscriptionId' in about ? about.subscriptionId : null,
      mail_id: 'mailId' in about ? about.mailId : null,
      hard: bounce.hard,
      status: bounce.status,
      at: bounce.at,
    })
    .onConflict((conflict) => conflict.column('message_digest').doNothing())
    .returning('bounce_id')
    .executeTakeFirst()
  return stored !== undefined
}

/** Counts what came back from a subscription's address for now, since an instant. */
export async function countSoftBounces(
  db: Db | Tx,
  subscriptionId: string,
  since: Date,
): Promise<number> {
  const row = await db
    .selectFrom('mail_bounces')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('subscription_id', '=', subscriptionId)
    .where('hard', '=', false)
    .where('at', '>=', since)
    .executeTakeFirstOrThrow()
  return row.count
}

export interface BadAddress {
  readonly subscriptionId: string
  /** In words, without the address. */
  readonly reason: string
  readonly at: Date
  readonly newId: () => string
}

/**
 * Pauses a subscription whose address takes no mail and tells its organisation, by notice and by mail
 * to its contacts; one that is not active is left as it is. Ends with the locks of feed and audit.
 */
export async function pauseBadAddress(tx: Tx, bad: BadAddress): Promise<boolean> {
  const { subscriptionId, reason, at, newId } = bad
  const found = await findSubscription(tx, subscriptionId, { forUpdate: true })
  if (found?.state !== 'active' || found.channel !== 'email') return false
  await updateSubscription(tx, subscriptionId, { state: 'paused', stateReason: reason }, at)
  await tellOwner(tx, {
    organisationId: found.organisationId,
    type: eventTypes.subscriptionSwitchedOff,
    mail: 'endpointSwitchedOff',
    data: { subscriptionId, reason },
    action: 'subscription.addressRefused',
    at,
    newId,
  })
  return true
}
