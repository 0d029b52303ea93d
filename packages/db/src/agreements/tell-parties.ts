// The notice of a change to an agreement: to both parties, in the feed, with the agreement as it is.

import type { Agreement } from '@renkei/schema'
import { appendNotice } from '../feed/append-notice.ts'
import type { Tx } from '../open-database.ts'

export interface AgreementNews {
  readonly eventId: string
  readonly type: string
  /** Whose doing it is. */
  readonly by: string
  readonly at: Date
  readonly traceparent?: string | null
}

/** Tells both parties, at the end of a transaction: only the audit entry comes after it. */
export async function tellParties(
  tx: Tx,
  agreement: Agreement,
  news: AgreementNews,
): Promise<void> {
  const { eventId, type, by, at, traceparent = null } = news
  await appendNotice(tx, {
    eventId,
    type,
    organisationId: by,
    recipients: [agreement.proposer, agreement.counterpart],
    subject: agreement.agreementId,
    level: 0,
    messageStatus: 'actual',
    data: agreement,
    recordedAt: at,
    traceparent,
  })
}
