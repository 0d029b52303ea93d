// The tables of acknowledgements, of the clocks that run until one is given, and of what was done
// when it was not.

import type { AcknowledgementAnswer, AcknowledgementKind, AcknowledgementVia } from '@renkei/schema'
import type { Generated } from 'kysely'

export interface AcknowledgementsTable {
  acknowledgement_id: string
  entry: Generated<number>
  report_id: string
  revision: number
  organisation_id: string
  kind: AcknowledgementKind
  answer: AcknowledgementAnswer | null
  via: AcknowledgementVia
  given_by: string | null
  remark: string | null
  recorded_at: Date
  request_id: string
}

export interface AcknowledgementClocksTable {
  report_id: string
  organisation_id: string
  level: number
  revision: number
  message_status: 'actual' | 'exercise'
  started_at: Date
  deadline_at: Date
  due_at: Date
  step: Generated<number>
  answered_at: Date | null
  ended_at: Date | null
  end_reason: 'closed' | 'notShared' | null
  measured: Generated<boolean>
}

export interface EscalationStepsTable {
  report_id: string
  organisation_id: string
  level: number
  step: number
  revision: number
  at: Date
  contact_id: string | null
  mail_id: string | null
  call_contact_id: string | null
  exhausted: boolean
}
