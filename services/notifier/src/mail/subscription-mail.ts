// Mails to the address of a subscription: one event or a digest. The address is opened to send, and
// what a mail server refuses for good pauses the subscription.

import { pauseBadAddress, sealedAddressOf } from '@renkei/db'
import {
  digestIdentity,
  digestMail,
  eventIdentity,
  eventMail,
  type MailContent,
  type MailEvent,
  type MailIdentity,
  type MailOutcome,
  readEvent,
  reportOf,
} from '@renkei/mail'
import { sourceOf } from '@renkei/schema'
import { openTarget } from '@renkei/vault'
import type { Recipient, SendOutcome } from '../channels/channel.ts'
import {
  keepLinks,
  type MadeLinks,
  mailDomain,
  type MailKit,
  makeLink,
  returnToken,
} from './mail-kit.ts'

/** Sends one event; resolves to what became of it. */
export async function mailEvent(
  kit: MailKit,
  body: string,
  recipient: Recipient,
): Promise<SendOutcome> {
  const event = readEvent(body)
  const view = reportOf(event)
  if (isRed(event, view)) return redRefused
  const unsubscribe = unsubscribeLink(kit, recipient)
  const acknowledge = acknowledgeLink(kit, event, recipient)
  await keepLinks(kit, acknowledge ? [unsubscribe, acknowledge] : [unsubscribe])
  const links = {
    unsubscribe: unsubscribe.url,
    ...(acknowledge && { acknowledge: acknowledge.url }),
  }
  const about = { eventId: event.id, reportId: view?.reportId }
  const identity = eventIdentity(about, recipient.subscriptionId, mailDomain(kit))
  const content = eventMail(body, links)
  return send(kit, { recipient, content, level: event.level ?? 0, identity, unsubscribe })
}

/** Sends many events in one mail; resolves to what became of all of them. */
export async function mailDigest(
  kit: MailKit,
  bodies: readonly string[],
  recipient: Recipient,
): Promise<SendOutcome> {
  const unsubscribe = unsubscribeLink(kit, recipient)
  await keepLinks(kit, [unsubscribe])
  const content = digestMail(bodies, { unsubscribe: unsubscribe.url })
  const ids = bodies.map((body) => readEvent(body).id)
  const identity = digestIdentity(ids, recipient.subscriptionId, mailDomain(kit))
  return send(kit, { recipient, content, level: 0, identity, unsubscribe })
}

/** True for what is never mailed: a report under TLP:RED, which is read signed in. */
export function isRedReport(body: string): boolean {
  const event = readEvent(body)
  return isRed(event, reportOf(event))
}

function isRed(event: MailEvent, view: ReturnType<typeof reportOf>): boolean {
  return view !== undefined && (event.tlp === 'TLP:RED' || view.tlp === 'TLP:RED')
}

export const redRefused: SendOutcome = {
  result: 'refused',
  status: null,
  reason: 'what is TLP:RED is never mailed: it is read signed in',
  retryAfterMs: null,
}

interface Sending {
  readonly recipient: Recipient
  readonly content: MailContent
  readonly level: number
  readonly identity: MailIdentity
  readonly unsubscribe: MadeLinks
}

async function send(kit: MailKit, sending: Sending): Promise<SendOutcome> {
  const { recipient, content, level, identity, unsubscribe } = sending
  const { subscriptionId, target } = recipient
  const sealedAddress = sealedAddressOf(target)
  const outcome = await kit.mailer.send({
    ...identity,
    to: await openTarget(kit.vault, recipient),
    level,
    content,
    date: kit.clock.now(),
    bounceToken: returnToken(kit, { kind: 'subscription', id: subscriptionId, sealedAddress }),
    unsubscribe: `${unsubscribe.url}/unsubscribe`,
    listId: subscriptionId,
  })
  if (outcome.badAddress) await pause(kit, recipient, outcome)
  return toSendOutcome(outcome)
}

/** A mail's outcome as that of a channel. */
function toSendOutcome(outcome: MailOutcome): SendOutcome {
  const { ours, untried, badAddress: _, ...said } = outcome
  return { ...said, untried, countsAgainstHealth: !ours }
}

async function pause(
  kit: MailKit,
  { subscriptionId, target }: Recipient,
  { reason }: MailOutcome,
): Promise<void> {
  const { db, clock, newId, log } = kit
  const bad = { subscriptionId, target, reason, at: clock.now(), newId }
  try {
    await db.transaction().execute((tx) => pauseBadAddress(tx, bad))
  } catch (error) {
    // The next refusal pauses it.
    log.warn({ err: error, subscriptionId }, 'mail.address-not-paused')
  }
}

function unsubscribeLink(kit: MailKit, recipient: Recipient): MadeLinks {
  const { organisationId, subscriptionId } = recipient
  return makeLink(kit, 'unsubscribe', { organisationId, subscriptionId }, '')
}

// Only what others report is answered, and nothing that needs no answer any more.
function acknowledgeLink(
  kit: MailKit,
  event: MailEvent,
  { organisationId, subscriptionId }: Recipient,
): MadeLinks | undefined {
  const view = reportOf(event)
  const isOwn = event.source === sourceOf(organisationId)
  if (!view || isOwn || event.revision === undefined) return undefined
  const report = { reportId: view.reportId, revision: event.revision }
  return makeLink(kit, 'acknowledge', { organisationId, subscriptionId, report }, '')
}
