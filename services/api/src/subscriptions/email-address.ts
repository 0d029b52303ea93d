// Subscriptions by e-mail: their address is stored sealed, shown to its owner only, and confirmed by a
// link in a mail to it, so that nobody can have mails sent to somebody who does not want them.

import {
  addressInQuestion,
  appendAudit,
  recentMailsAlone,
  orderMail,
  type Subscription,
} from '@renkei/db'
import { isAddress } from '@renkei/mail'
import type { SubscriptionTarget } from '@renkei/schema'
import { openTarget, sealAddress, sealTarget, type SecretHolder } from '@renkei/vault'
import type { FastifyRequest } from 'fastify'
import { actorOf } from '../audit/actor.ts'
import { DomainError } from '../problem/domain-error.ts'
import { invalidSubscription } from './invalid-subscription.ts'
import type { SubscriptionDeps } from './subscription-deps.ts'

/** Refuses an address that mail cannot be sent to, and all while there is no mail server. */
export function checkAddress(address: string, { emailIsSetUp }: SubscriptionDeps): void {
  if (!emailIsSetUp) {
    throw new DomainError('email-not-set-up', 'The operator has not set up e-mail.')
  }
  if (isAddress(address)) return
  const pointer = '/target/address'
  throw invalidSubscription([
    { pointer, rule: 'address', detail: `${pointer} is refused: it is no plain e-mail address.` },
  ])
}

/** The target as it is stored. */
export function toStored(
  target: SubscriptionTarget,
  holder: SecretHolder,
  { vault }: SubscriptionDeps,
): object {
  const { address } = target
  return address === undefined ? target : sealTarget(vault, holder, address)
}

/** A stored target as its owner sees it. */
export async function toShown(
  target: unknown,
  { organisationId, subscriptionId, channel }: Subscription,
  { vault }: Pick<SubscriptionDeps, 'vault'>,
): Promise<unknown> {
  if (channel !== 'email' || target === null) return target
  return { address: await openTarget(vault, { organisationId, subscriptionId, target }) }
}

const hourMs = 3_600_000
const perSubscriptionMax = 5
const perOrganisationMax = 50

/**
 * Orders the mail with the link that confirms the address. Throws `limit-reached` when too many were
 * ordered within the hour; does nothing when no address waits for it.
 */
export async function askByMail(
  subscription: Subscription,
  request: FastifyRequest,
  deps: SubscriptionDeps,
): Promise<Subscription> {
  const target = addressInQuestion(subscription)
  if (target === null) return subscription
  const { organisationId, subscriptionId, description } = subscription
  const address = await openTarget(deps.vault, { organisationId, subscriptionId, target })
  const createdAt = deps.clock.now()
  const mailId = deps.newId()
  await deps.database.transaction().execute(async (tx) => {
    const since = new Date(createdAt.getTime() - hourMs)
    const sent = await recentMailsAlone(tx, { organisationId, kind: 'verification', since })
    const toThis = sent.filter((data) => data['subscriptionId'] === subscriptionId)
    if (sent.length >= perOrganisationMax || toThis.length >= perSubscriptionMax) {
      throw new DomainError('limit-reached', 'Too many confirmation mails within an hour.')
    }
    const sealedAddress = sealAddress(deps.vault, { organisationId, mailId }, address)
    await orderMail(tx, {
      mailId,
      organisationId,
      kind: 'verification',
      to: { sealedAddress },
      data: { subscriptionId, ...(description !== null && { description }) },
      level: 0,
      createdAt,
    })
    await appendAudit(tx, {
      ...actorOf(request),
      at: createdAt,
      action: 'subscription.confirmationMailed',
      objectType: 'subscription',
      objectId: subscriptionId,
      objectOwner: organisationId,
    })
  })
  return subscription
}
