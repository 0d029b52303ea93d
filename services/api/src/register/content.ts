// What an organisation says of a contact, with the defaults of the contract filled in.

import { isDeepStrictEqual } from 'node:util'
import type { ContactContent } from '@renkei/db'
import type { ContactHours, ContactRequest } from '@renkei/schema'

/** The content of a request that was parsed. */
export function contentOf(request: ContactRequest): ContactContent {
  return {
    role: request.role,
    name: request.name,
    channels: request.channels,
    hours: wholeHours(request.hours ?? { kind: 'always' }),
    languages: request.languages ?? ['ja'],
    remark: request.remark ?? null,
    tlp: request.tlp ?? 'TLP:GREEN',
    validity: request.validity ?? null,
  }
}

function wholeHours(hours: ContactHours): ContactHours {
  return hours.kind === 'always' ? hours : { ...hours, onHolidays: hours.onHolidays ?? false }
}

const parts = [
  'role',
  'name',
  'channels',
  'hours',
  'languages',
  'remark',
  'tlp',
  'validity',
] as const satisfies readonly (keyof ContactContent)[]

/** The names of the parts in which two contents differ: all, when what was before does not open. */
export function differingParts(before: ContactContent | undefined, after: ContactContent) {
  return parts.filter((part) => !before || !isDeepStrictEqual(before[part], after[part]))
}

/** Names a contact within its organisation: the same role and name are the same contact. */
export function naturalKey({ role, name }: Pick<ContactContent, 'role' | 'name'>): string {
  return `${role} ${name.normalize('NFKC')}`
}
