// The positive lists of the register: every field of a contact and of an organisation, and the
// audiences that may see it. Made from the contract's own types, so that a new field fails the type
// check until it is placed here. The public has no part in the register.

import type { RegisteredContact } from '../generated/contact.gen.ts'
import type { Organisation } from '../generated/organisation.gen.ts'
import type { RuleOf } from '../projection/field-rules.ts'

const owner = ['owner'] as const
const members = ['owner', 'peer', 'mvno', 'vendor', 'ceptoar', 'regulator'] as const

export const contactFieldRules = {
  contactId: members,
  revision: members,
  organisation: members,
  order: members,
  role: members,
  name: members,
  channels: { type: members, value: members, note: members },
  hours: {
    kind: members,
    windows: { days: members, from: members, until: members },
    onHolidays: members,
  },
  languages: members,
  remark: members,
  tlp: members,
  validity: { from: members, until: members },
  confirmedAt: members,
  confirmedBy: owner,
  confirmation: { state: members, ageDays: members, dueAt: members },
} as const satisfies RuleOf<Required<RegisteredContact>>

export const organisationFieldRules = {
  organisationId: members,
  name: members,
  nameJa: members,
  kind: members,
  codes: { scheme: members, value: members },
  revision: members,
  updatedAt: members,
} as const satisfies RuleOf<Required<Organisation>>
