// Asks organisations to confirm contacts whose last confirmation is too old: one notice for each
// organisation, which names its contacts without their details.

import {
  type ContactToAsk,
  type Db,
  forEachOrganisationToAsk,
  orderMail,
  tellOrganisation,
  type Tx,
} from '@renkei/db'
import {
  askAfterDays,
  confirmationBounds,
  confirmationDueAt,
  type ConfirmationRequest,
  eventTypes,
} from '@renkei/schema'
import type { Clock } from '@renkei/service-kit'

export interface AskDeps {
  readonly db: Db
  readonly clock: Clock
  readonly newId: () => string
  /** How long a confirmation counts, in days. */
  readonly contactConfirmDays: number
}

/** Asks everybody who is to be asked now; resolves to how many organisations that were. */
export async function askConfirmations(deps: AskDeps): Promise<number> {
  const now = deps.clock.now()
  const { dueFrom } = confirmationBounds(now, deps.contactConfirmDays)
  const terms = { now, dueFrom, afterDays: askAfterDays }
  return forEachOrganisationToAsk(deps.db, terms, (tx, organisationId, contacts) =>
    ask(tx, { organisationId, contacts, now }, deps),
  )
}

interface Asked {
  readonly organisationId: string
  readonly contacts: readonly ContactToAsk[]
  readonly now: Date
}

async function ask(tx: Tx, { organisationId, contacts, now }: Asked, deps: AskDeps): Promise<void> {
  const data: ConfirmationRequest = {
    contacts: contacts.map(({ confirmedAt, role, ...contact }) => ({
      ...contact,
      role: role as ConfirmationRequest['contacts'][number]['role'],
      confirmedAt: confirmedAt.toISOString(),
      dueAt: confirmationDueAt(confirmedAt, deps.contactConfirmDays).toISOString(),
    })),
  }
  for (const contact of data.contacts) await mailTo(tx, organisationId, contact, { now, deps })
  await tellOrganisation(tx, {
    eventId: deps.newId(),
    organisationId,
    type: eventTypes.contactConfirmationRequested,
    objectType: 'contact',
    objectId: organisationId,
    data,
    action: 'contact.confirmationRequested',
    detail: { contacts: contacts.map(({ contactId }) => contactId) },
    at: now,
  })
}

// To the contact itself, who knows best. One without an e-mail channel has its order refused.
async function mailTo(
  tx: Tx,
  organisationId: string,
  contact: ConfirmationRequest['contacts'][number],
  { now, deps }: { readonly now: Date; readonly deps: AskDeps },
): Promise<void> {
  await orderMail(tx, {
    mailId: deps.newId(),
    organisationId,
    kind: 'contactConfirmation',
    to: { contactId: contact.contactId },
    data: contact,
    level: 0,
    createdAt: now,
  })
}
