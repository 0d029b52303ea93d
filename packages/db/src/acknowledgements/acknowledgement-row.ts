// An acknowledgement between its row and the contract.

import type { Acknowledgement } from '@renkei/schema'
import type { Selectable } from 'kysely'
import type { Tables } from '../tables.ts'

export type AcknowledgementRow = Selectable<Tables['acknowledgements']>

/** The acknowledgement as its organisation and the reporter see it. */
export function toAcknowledgement(row: AcknowledgementRow): Acknowledgement {
  return {
    acknowledgementId: row.acknowledgement_id,
    reportId: row.report_id,
    revision: row.revision,
    organisation: row.organisation_id,
    kind: row.kind,
    ...(row.answer !== null && { answer: row.answer }),
    via: row.via,
    ...(row.given_by !== null && { by: row.given_by }),
    ...(row.remark !== null && { remark: row.remark }),
    recordedAt: row.recorded_at.toISOString(),
  }
}
