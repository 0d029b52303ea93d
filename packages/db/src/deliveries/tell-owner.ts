// News of an endpoint to whom it belongs: a notice in the feed, which reaches the other subscriptions of
// the organisation, and mails to the first of its contacts.

import type { SubscriptionNotice } from '@renkei/schema'
import { tellOrganisation } from '../feed/tell-organisation.ts'
import { type MailOrderKind, orderMail } from '../mail/mail-orders.ts'
import type { Tx } from '../open-database.ts'

export interface EndpointNews {
  readonly organisationId: string
  readonly type: string
  readonly mail: MailOrderKind | null
  readonly data: SubscriptionNotice
  /** What the audit trail calls it. */
  readonly action: string
  readonly at: Date
  readonly newId: () => string
}

const contactsMax = 3

/** Tells the owner, at the end of a transaction. */
export async function tellOwner(tx: Tx, news: EndpointNews): Promise<void> {
  const { organisationId, data, at, newId } = news
  if (news.mail) await mailContacts(tx, news.mail, news)
  await tellOrganisation(tx, {
    eventId: newId(),
    organisationId,
    type: news.type,
    objectType: 'subscription',
    objectId: data.subscriptionId,
    data,
    action: news.action,
    detail: { reason: data.reason },
    at,
  })
}

async function mailContacts(tx: Tx, kind: MailOrderKind, news: EndpointNews): Promise<void> {
  const { organisationId, data, at } = news
  const contacts = await tx
    .selectFrom('contacts')
    .select('contact_id')
    .where('organisation_id', '=', organisationId)
    .orderBy('call_order')
    .limit(contactsMax)
    .execute()
  for (const { contact_id: contactId } of contacts) {
    const mail = { mailId: news.newId(), organisationId, kind, to: { contactId } }
    await orderMail(tx, { ...mail, data, level: 0, createdAt: at })
  }
}
