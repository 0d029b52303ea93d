// A message as it is handed to a mail server: who writes to whom, in which thread, and what says to
// other programs that no person wrote it.

import { createHash } from 'node:crypto'
import { type MailContent, renderParts } from './content/blocks.ts'

export interface MailSettings {
  /** The address that mails come from, alone or as `Renkei <renkei@example.jp>`. */
  readonly from: string
  /** The domain of return addresses. */
  readonly bounceDomain: string
}

export interface MailIdentity {
  /** The Message-ID: the same whenever this mail is sent again. */
  readonly messageId: string
  /** The Message-ID that a thread hangs on. */
  readonly threadRoot?: string
}

export interface MailToSend extends MailIdentity {
  readonly to: string
  /** From 0 to 4: the higher, the sooner it has its turn. */
  readonly level: number
  readonly content: MailContent
  readonly date: Date
  /** What makes the return address ours, such as `s0199…`. */
  readonly bounceToken: string
  /** The address to which a mail program posts to end the subscription (RFC 8058). */
  readonly unsubscribe?: string
  /** Of the list that the mail belongs to: an identifier. */
  readonly listId?: string
}

/** A message in the form of nodemailer. */
export interface OutgoingMessage {
  readonly from: string
  readonly to: string
  readonly envelope: { readonly from: string; readonly to: string }
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly messageId: string
  readonly inReplyTo?: string
  readonly references?: string
  readonly date: Date
  readonly headers: Record<string, string>
  readonly disableFileAccess: true
  readonly disableUrlAccess: true
}

/** Composes a message; the parts say the same. */
export function composeMessage(mail: MailToSend, settings: MailSettings): OutgoingMessage {
  const { content, threadRoot } = mail
  const thread = threadRoot && threadRoot !== mail.messageId ? threadRoot : undefined
  return {
    from: settings.from,
    to: mail.to,
    envelope: { from: returnAddress(mail.bounceToken, settings.bounceDomain), to: mail.to },
    subject: content.subject,
    ...renderParts(content),
    messageId: mail.messageId,
    ...(thread && { inReplyTo: thread, references: thread }),
    date: mail.date,
    headers: headersOf(mail, settings),
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

/** The envelope's sender, by which a bounce names what it is about (VERP). */
function returnAddress(token: string, domain: string): string {
  return `bounces+${token}@${domain}`
}

function headersOf(mail: MailToSend, { from }: MailSettings): Record<string, string> {
  const { content, unsubscribe, listId } = mail
  return {
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
    Precedence: 'list',
    ...(content.urgent && { Importance: 'high', 'X-Priority': '1' }),
    ...(listId && { 'List-Id': `<${listId}.${domainOf(from)}>` }),
    ...(unsubscribe && {
      'List-Unsubscribe': `<${unsubscribe}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    }),
  }
}

/** The domain of an address, with or without a name before it. */
export function domainOf(address: string): string {
  return /@([\w.-]+)>?\s*$/.exec(address)?.[1] ?? 'localhost'
}

/**
 * The identity of the mail of one event to one subscription. All mails of a report to it hang on one
 * root, whether or not a mail of that name was ever sent.
 */
export function eventIdentity(
  event: { readonly eventId: string; readonly reportId?: string | undefined },
  subscriptionId: string,
  domain: string,
): MailIdentity {
  const messageId = `<${event.eventId}.${subscriptionId}@${domain}>`
  if (event.reportId === undefined) return { messageId }
  return { messageId, threadRoot: `<report.${event.reportId}.${subscriptionId}@${domain}>` }
}

/** The identity of a digest: the same for the same events to the same subscription. */
export function digestIdentity(
  eventIds: readonly string[],
  subscriptionId: string,
  domain: string,
): MailIdentity {
  const digest = createHash('sha256').update(eventIds.toSorted().join()).digest('hex').slice(0, 32)
  return { messageId: `<digest.${digest}.${subscriptionId}@${domain}>` }
}

/** The identity of the mail of an order. */
export function orderIdentity(mailId: string, domain: string): MailIdentity {
  return { messageId: `<order.${mailId}@${domain}>` }
}
