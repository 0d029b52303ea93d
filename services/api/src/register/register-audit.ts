// What accesses to the register are called in the audit trail, and what of it was shown.

import type { RegisteredContact } from '@renkei/schema'
import { audienceOf } from '@renkei/schema'
import type { RouteAudit } from '../audit/route-audit.ts'
import type { Shown } from '../audit/shown.ts'
import type { Caller } from '../auth/auth.ts'
import type { RegisterDeps } from './register-deps.ts'

const contact = { objectType: 'contact' } as const
const one = { ...contact, param: 'contactId' } as const
const organisation = { objectType: 'organisation' } as const
const entry = { ...organisation, param: 'organisationId' } as const

export const audits = {
  listOrganisations: { action: 'organisation.listed', ...organisation },
  readOrganisation: { action: 'organisation.read', ...entry },
  changeOrganisation: { action: 'organisation.changed', ...entry, by: 'transaction' },
  list: { action: 'contact.listed', ...contact },
  create: { action: 'contact.added', ...contact, by: 'transaction' },
  read: { action: 'contact.read', ...one },
  replace: { action: 'contact.changed', ...one, by: 'transaction' },
  remove: { action: 'contact.removed', ...one, by: 'transaction' },
  confirm: { action: 'contact.confirmed', ...one, by: 'transaction' },
  readOrder: { action: 'contact.orderRead', ...contact, ownedBy: 'caller' },
  reorder: { action: 'contact.reordered', ...contact, by: 'transaction' },
  export: { action: 'contact.exported', ...contact },
  import: { action: 'contact.imported', ...contact, by: 'transaction' },
} as const satisfies Record<string, RouteAudit>

/** A contact as it was shown. */
export function shownContact(
  view: RegisteredContact,
  caller: Caller,
  { sharing }: Pick<RegisterDeps, 'sharing'>,
): Shown {
  const { organisation: owner, contactId: objectId } = view
  const share = sharing.find(owner, caller.organisationId)
  const agreed = share?.fieldSets.includes('contacts') ? { share } : {}
  const sight = { audience: audienceOf(caller, owner), ...agreed }
  return { owner, objectId, fields: Object.keys(view), sight }
}

/** An organisation's entry as it was shown. */
export function shownOrganisation(view: { readonly organisationId: string }): Shown {
  const { organisationId } = view
  return { owner: organisationId, objectId: organisationId, fields: Object.keys(view) }
}
