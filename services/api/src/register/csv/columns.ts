// The columns of the register as CSV. What Renkei gives is written, so that the file can be used
// as it is, and passed over when the file comes back.

import type { RegisteredContact } from '@renkei/schema'
import { writeHours } from './hours-text.ts'

export const channelsMax = 8

/** How the columns of a channel are named; channels count from 1. */
export function channelColumns(number: number) {
  return {
    type: `channel${number}.type`,
    value: `channel${number}.value`,
    note: `channel${number}.note`,
  } as const
}

/** The columns before and after those of the channels, each with its cell. */
export const leading: Columns = {
  contactId: ({ contactId }) => contactId,
  organisation: ({ organisation }) => organisation,
  order: ({ order }) => String(order),
  role: ({ role }) => role,
  name: ({ name }) => name,
}

export const trailing: Columns = {
  hours: ({ hours }) => writeHours(hours),
  languages: ({ languages }) => languages.join(' '),
  remark: ({ remark }) => remark,
  tlp: ({ tlp }) => tlp,
  validFrom: ({ validity }) => validity?.from,
  validUntil: ({ validity }) => validity?.until,
  revision: ({ revision }) => String(revision),
  confirmedAt: ({ confirmedAt }) => confirmedAt,
  confirmationState: ({ confirmation }) => confirmation.state,
  confirmationAgeDays: ({ confirmation }) => String(confirmation.ageDays),
  confirmationDueAt: ({ confirmation }) => confirmation.dueAt,
}

type Columns = Readonly<Record<string, (contact: RegisteredContact) => string | undefined>>

/** Columns that an import passes over. */
export const readOnlyColumns: ReadonlySet<string> = new Set([
  'revision',
  'confirmedAt',
  'confirmationState',
  'confirmationAgeDays',
  'confirmationDueAt',
])

/** Every column that an import knows. */
export const knownColumns: ReadonlySet<string> = new Set([
  ...Object.keys(leading),
  ...Array.from({ length: channelsMax }, (_, index) =>
    Object.values(channelColumns(index + 1)),
  ).flat(),
  ...Object.keys(trailing),
])
