// Who hears of a step: a contact by mail, its organisation and the reporter by notice, the audit
// trail. No number and no name is in a notice: these are stored, and the register's are sealed.

import {
  appendAudit,
  appendNotice,
  noticeLevelOf,
  orderMail,
  readOrganisationKinds,
  recordStep,
  type Step,
  type StoredContact,
  type TakenClock,
  type Tx,
} from '@renkei/db'
import {
  type AcknowledgementEscalation,
  type AcknowledgementOverdue,
  eventTypes,
  hasMail,
  mayLookAt,
  whomToCall,
} from '@renkei/schema'
import type { EscalationDeps } from './escalate.ts'

export interface StepToTell {
  readonly taken: TakenClock
  readonly step: Omit<Step, 'mailId' | 'callContactId'>
  /** All contacts of the organisation that open, in the order of its register. */
  readonly contacts: readonly StoredContact[]
  /** Who is told; absent when nobody is left. */
  readonly contact: StoredContact | undefined
}

type Facts = Omit<AcknowledgementOverdue, 'contactId'>

/** Tells everybody concerned and writes the step down, in the order of the locks: rows, feed, audit. */
export async function tellOfStep(
  tx: Tx,
  { taken, step, contacts, contact }: StepToTell,
  deps: EscalationDeps,
): Promise<void> {
  const { clock, report } = taken
  const facts = factsOf(taken, step.step)
  const mailId = await mailTo(tx, { taken, contact, facts, at: step.at }, deps)
  const call = await callable(tx, { taken, contacts, at: step.at }, deps)
  const callContactId = call?.contactId ?? null
  await recordStep(tx, clock, { ...step, mailId, callContactId })

  const overdue: AcknowledgementOverdue = {
    ...facts,
    ...(step.contactId !== null && { contactId: step.contactId }),
  }
  const escalation: AcknowledgementEscalation = {
    ...facts,
    organisation: clock.organisationId,
    told: mailId !== null,
    exhausted: step.exhausted,
    ...(callContactId !== null && { callContactId }),
  }
  const notice = {
    organisationId: report.organisationId,
    subject: clock.reportId,
    level: noticeLevelOf(clock.level),
    messageStatus: clock.messageStatus,
    recordedAt: step.at,
  }
  await appendNotice(tx, {
    ...notice,
    eventId: deps.newId(),
    type: eventTypes.acknowledgementOverdue,
    recipients: [clock.organisationId],
    data: overdue,
  })
  const eventId = deps.newId()
  await appendNotice(tx, {
    ...notice,
    eventId,
    type: eventTypes.acknowledgementEscalated,
    recipients: [report.organisationId],
    data: escalation,
  })
  await record(tx, escalation, { eventId, at: step.at, owner: report.organisationId })
}

function factsOf({ clock }: TakenClock, step: number): Facts {
  const { reportId, revision, level, messageStatus, startedAt, deadlineAt } = clock
  return {
    reportId,
    revision,
    level,
    messageStatus,
    startedAt: startedAt.toISOString(),
    dueAt: deadlineAt.toISOString(),
    step,
    href: `/v1/reports/${reportId}/acknowledgements`,
  }
}

interface MailToContact {
  readonly taken: TakenClock
  readonly contact: StoredContact | undefined
  readonly facts: Facts
  readonly at: Date
}

// What is TLP:RED goes into no mail, not even that it is there.
async function mailTo(
  tx: Tx,
  { taken, contact, facts, at }: MailToContact,
  { newId }: EscalationDeps,
): Promise<string | null> {
  const { clock, report } = taken
  if (!contact || !hasMail(contact.channels) || report.tlp === 'TLP:RED') return null
  const mailId = newId()
  await orderMail(tx, {
    mailId,
    organisationId: clock.organisationId,
    kind: 'escalation',
    to: { contactId: contact.contactId },
    data: { ...facts, reporter: report.organisationId, tlp: report.tlp },
    level: clock.level,
    createdAt: at,
  })
  return mailId
}

// Whom the reporter may see and can call.
async function callable(
  tx: Tx,
  { taken, contacts, at }: Pick<StepToTell, 'taken' | 'contacts'> & { readonly at: Date },
  { sharing }: EscalationDeps,
): Promise<StoredContact | undefined> {
  const { clock, report } = taken
  const { organisationId: reporter } = report
  const kind = (await readOrganisationKinds(tx, [reporter])).get(reporter)
  if (!kind) return undefined
  const viewer = { organisationId: reporter, organisationKind: kind }
  const share = sharing.find(clock.organisationId, reporter)
  const seen = contacts.filter(({ organisationId: organisation, tlp }) =>
    mayLookAt({ organisation, tlp }, viewer, share),
  )
  return whomToCall(seen, at)
}

async function record(
  tx: Tx,
  { reportId, organisation, level, step, told, exhausted }: AcknowledgementEscalation,
  { eventId, at, owner }: { readonly eventId: string; readonly at: Date; readonly owner: string },
): Promise<void> {
  await appendAudit(tx, {
    at,
    organisationId: null,
    keyId: null,
    requestId: eventId,
    action: 'acknowledgement.escalated',
    objectType: 'report',
    objectId: reportId,
    objectOwner: owner,
    detail: { organisation, level, step, told, exhausted },
  })
}
