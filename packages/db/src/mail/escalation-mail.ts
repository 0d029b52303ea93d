// Mails about a report that nobody has answered: whether they are still needed when they go, and what
// follows when the contact cannot be reached by mail.

import { eventTypes } from '@renkei/schema'
import { sql } from 'kysely'
import { tellOrganisation } from '../feed/tell-organisation.ts'
import { factColumns, factTables } from '../feed/event-columns.ts'
import type { EventFacts } from '../feed/read-events.ts'
import type { Db, Tx } from '../open-database.ts'
import type { OrganisationKind } from '../tables.ts'

export interface EscalatedReport extends EventFacts {
  /** Of whom an answer is wanted. */
  readonly audienceKind: OrganisationKind
  readonly open: boolean
  /** Whether its people have answered to the revision in question, or a later one. */
  readonly answered: boolean
}

export interface Escalated {
  readonly reportId: string
  readonly organisationId: string
  readonly revision: number
}

/** Reads where a report stands now; nothing when there is none. */
export async function readEscalated(
  db: Db,
  { reportId, organisationId, revision }: Escalated,
): Promise<EscalatedReport | undefined> {
  const { rows } = await sql<EscalatedReport>`
    SELECT ${factColumns}, h.open,
      (SELECT kind FROM organisations WHERE organisation_id = ${organisationId}) AS "audienceKind",
      EXISTS (SELECT FROM acknowledgements a
        WHERE a.report_id = h.report_id AND a.organisation_id = ${organisationId}
          AND a.revision >= ${revision}::int AND a.kind IN ('seen', 'assessed')) AS answered
    FROM ${factTables} WHERE e.report_id = ${reportId}::uuid AND e.revision = h.revision`.execute(
    db,
  )
  return rows[0]
}

export interface UnreachedContact {
  readonly mailId: string
  /** In words, without the address. */
  readonly reason: string
  readonly at: Date
  readonly newId: () => string
}

/**
 * After a mail of an escalation that its contact does not get: the next step is due at once, and the
 * organisation is told by notice. Resolves to false for mails of other kinds. Ends with the locks of
 * feed and audit.
 */
export async function passOverContact(tx: Tx, unreached: UnreachedContact): Promise<boolean> {
  const { mailId, reason, at, newId } = unreached
  const order = await tx
    .selectFrom('mail_orders')
    .select(['organisation_id as organisationId', 'contact_id as contactId', 'data'])
    .where('mail_id', '=', mailId)
    .where('kind', '=', 'escalation')
    .executeTakeFirst()
  if (!order || order.contactId === null) return false
  const { organisationId, contactId } = order
  const { reportId, messageStatus } = order.data as EscalationData
  await hurryNextStep(tx, { reportId, organisationId, mailId, at })
  await tellOrganisation(tx, {
    eventId: newId(),
    organisationId,
    type: eventTypes.contactUnreachable,
    objectType: 'contact',
    objectId: contactId,
    messageStatus,
    data: { contactId, reportId, reason },
    action: 'contact.notReached',
    detail: { reportId, reason },
    at,
  })
  return true
}

interface EscalationData {
  readonly reportId: string
  readonly messageStatus: 'actual' | 'exercise'
}

interface StepOfMail {
  readonly reportId: string
  readonly organisationId: string
  readonly mailId: string
  readonly at: Date
}

// Only while the step of this mail is the last one: a later one has told somebody else already.
async function hurryNextStep(tx: Tx, { reportId, organisationId, mailId, at }: StepOfMail) {
  await sql`
    UPDATE acknowledgement_clocks c SET due_at = least(c.due_at, ${at})
    FROM escalation_steps s
    WHERE c.report_id = ${reportId}::uuid AND c.organisation_id = ${organisationId}
      AND s.report_id = c.report_id AND s.organisation_id = c.organisation_id
      AND s.level = c.level AND s.step = c.step AND s.mail_id = ${mailId}::uuid
      AND c.answered_at IS NULL AND c.ended_at IS NULL`.execute(tx)
}
