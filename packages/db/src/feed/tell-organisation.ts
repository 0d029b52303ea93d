// News that nobody asked for, such as of an endpoint that fails: a notice in the feed, which reaches the
// subscriptions of the organisation, and its entry in the audit trail.

import { appendAudit } from '../audit/append-audit.ts'
import type { Tx } from '../open-database.ts'
import { appendNotice } from './append-notice.ts'

export interface OrganisationNews {
  readonly eventId: string
  readonly organisationId: string
  readonly type: string
  /** What it is about. */
  readonly objectType: 'subscription' | 'contact'
  readonly objectId: string
  readonly messageStatus?: 'actual' | 'exercise'
  readonly data: object
  /** What the audit trail calls it, and what it keeps of it. */
  readonly action: string
  readonly detail: object
  readonly at: Date
}

/** Tells an organisation, at the end of a transaction. */
export async function tellOrganisation(tx: Tx, news: OrganisationNews): Promise<void> {
  const { eventId, organisationId, type, objectType, objectId, data, action, detail, at } = news
  await appendNotice(tx, {
    eventId,
    type,
    organisationId,
    recipients: [organisationId],
    subject: objectId,
    level: 0,
    messageStatus: news.messageStatus ?? 'actual',
    data,
    recordedAt: at,
  })
  await appendAudit(tx, {
    at,
    organisationId: null,
    keyId: null,
    requestId: eventId,
    action,
    objectType,
    objectId,
    objectOwner: organisationId,
    detail,
  })
}
