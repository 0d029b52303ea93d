// The register as it is shown: rows become parts of the contract, and pass the projection.

import type { OrganisationEntry, OwnContacts, StoredContact } from '@renkei/db'
import {
  confirmationOf,
  type Organisation,
  projectContact,
  projectOrganisation,
  type RegisteredContact,
} from '@renkei/schema'
import type { Caller } from '../auth/auth.ts'
import type { RegisterDeps } from './register-deps.ts'

type ViewDeps = Pick<RegisterDeps, 'clock' | 'sharing' | 'contactConfirmDays'>

/** What the caller may see of a contact at this moment; the sharing book must be fresh. */
export function viewContact(
  contact: StoredContact,
  caller: Caller,
  deps: ViewDeps,
): RegisteredContact | undefined {
  const share = deps.sharing.find(contact.organisationId, caller.organisationId)
  return projectContact(toContact(contact, deps), caller, share)
}

/** A contact as its owner sees it. */
export function toContact(
  contact: StoredContact,
  { clock, contactConfirmDays }: Pick<ViewDeps, 'clock' | 'contactConfirmDays'>,
): RegisteredContact {
  const { remark, validity, organisationId, channels, languages, confirmedAt, ...rest } = contact
  return {
    contactId: rest.contactId,
    revision: rest.revision,
    organisation: organisationId,
    order: rest.order,
    role: rest.role,
    name: rest.name,
    channels: [...channels],
    hours: rest.hours,
    languages: [...languages],
    ...(remark !== null && { remark }),
    tlp: rest.tlp,
    ...(validity !== null && { validity }),
    confirmedAt: confirmedAt.toISOString(),
    confirmedBy: rest.confirmedBy,
    confirmation: confirmationOf(confirmedAt, clock.now(), contactConfirmDays),
  }
}

/** Names the contacts that do not open, if there are any: nobody is to believe that they are gone. */
export function namedUnreadable({ unreadable }: Pick<OwnContacts, 'unreadable'>): {
  unreadable?: string[]
} {
  if (unreadable.length === 0) return {}
  return { unreadable: unreadable.map(({ contactId }) => contactId) }
}

/** What the caller may see of an organisation's entry. */
export function viewOrganisation(
  entry: OrganisationEntry,
  caller: Caller,
): Organisation | undefined {
  const { nameJa, codes, updatedAt, ...rest } = entry
  const organisation: Organisation = {
    ...rest,
    ...(nameJa !== null && { nameJa }),
    codes: [...codes],
    updatedAt: updatedAt.toISOString(),
  }
  return projectOrganisation(organisation, caller)
}
