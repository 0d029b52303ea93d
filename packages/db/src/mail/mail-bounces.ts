// What came back: every message once. An address that takes no mail has its subscription paused, and its
// organisation is told; so it is when much came back for now.

import { eventTypes } from '@renkei/schema'
import { tellOwner } from '../deliveries/tell-owner.ts'
import type { Tx } from '../open-database.ts'
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

export interface BadAddress {
  readonly subscriptionId: string
  /** As it is stored; another one has taken no blame. */
  readonly target: unknown
  /** In words, without the address. */
  readonly reason: string
  readonly at: Date
  readonly newId: () => string
}

/**
 * Pauses a subscription whose address takes no mail and tells its organisation, by notice and by mail
 * to its contacts; one that is not active, or has another address by now, is left as it is. Ends with
 * the locks of feed and audit.
 */
export async function pauseBadAddress(tx: Tx, bad: BadAddress): Promise<boolean> {
  const { subscriptionId, reason, at, newId } = bad
  const found = await findSubscription(tx, subscriptionId, { forUpdate: true })
  if (found?.state !== 'active' || found.channel !== 'email') return false
  if (sealedAddressOf(found.target) !== sealedAddressOf(bad.target)) return false
  await updateSubscription(tx, subscriptionId, { state: 'paused', stateReason: reason }, at)
  await tellOwner(tx, {
    organisationId: found.organisationId,
    type: eventTypes.subscriptionPaused,
    mail: 'addressRefused',
    data: { subscriptionId, reason },
    action: 'subscription.addressRefused',
    at,
    newId,
  })
  return true
}

/** The address of a subscription by e-mail as it is stored. */
export function sealedAddressOf(target: unknown): string {
  const sealed = (target as { readonly sealed?: unknown } | null)?.sealed
  return typeof sealed === 'string' ? sealed : ''
}

const weekMs = 7 * 24 * 3_600_000
const softMax = 5

/**
 * Tells the organisation of a subscription when the fifth mail within seven days has come back for now.
 * Ends with the locks of feed and audit.
 */
export async function tellOfSoftBounces(
  tx: Tx,
  { subscriptionId, status, at, newId }: SoftBounce,
): Promise<boolean> {
  const found = await findSubscription(tx, subscriptionId, { forUpdate: true })
  if (found?.state !== 'active') return false
  const { count } = await tx
    .selectFrom('mail_bounces')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('subscription_id', '=', subscriptionId)
    .where('hard', '=', false)
    .where('at', '>', new Date(at.getTime() - weekMs))
    .executeTakeFirstOrThrow()
  if (count !== softMax) return false
  await tellOwner(tx, {
    organisationId: found.organisationId,
    type: eventTypes.subscriptionFailing,
    mail: 'endpointFailing',
    data: { subscriptionId, reason: `${count} mails came back within 7 days, last: ${status}` },
    action: 'subscription.mailCameBack',
    at,
    newId,
  })
  return true
}

export interface SoftBounce {
  readonly subscriptionId: string
  readonly status: string
  readonly at: Date
  readonly newId: () => string
}
