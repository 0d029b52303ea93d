// What accesses to agreements are called in the audit trail. They belong to their proposer; a
// change by the proposer is recorded for the counterpart too.

import type { Agreement } from '@renkei/schema'
import type { RouteAudit } from '../audit/route-audit.ts'
import type { Shown } from '../audit/shown.ts'

const agreement = { objectType: 'agreement' } as const
const one = { ...agreement, param: 'agreementId' } as const

export const audits = {
  propose: { action: 'agreement.proposed', ...agreement, by: 'transaction' },
  list: { action: 'agreement.listed', ...agreement },
  read: { action: 'agreement.read', ...one },
  accept: { action: 'agreement.accepted', ...one, by: 'transaction' },
  decline: { action: 'agreement.declined', ...one, by: 'transaction' },
  withdraw: { action: 'agreement.withdrawn', ...one, by: 'transaction' },
  end: { action: 'agreement.ended', ...one, by: 'transaction' },
} as const satisfies Record<string, RouteAudit>

/** An agreement as it was shown. */
export function shownAgreement(agreement: Agreement): Shown {
  const { proposer: owner, agreementId: objectId } = agreement
  return { owner, objectId, fields: Object.keys(agreement) }
}
