// The state of the whole register of an organisation as one tag, for If-Match.

import { createHash } from 'node:crypto'
import type { ContactHead } from '@renkei/db'

/** The tag of all contacts of an organisation: another one after any change of any of them. */
export function tagOfRegister(contacts: readonly ContactHead[]): string {
  const lines = contacts.map(
    ({ order, contactId, revision }) => `${order} ${contactId} ${revision}`,
  )
  return createHash('sha256').update(lines.join('\n')).digest('base64url').slice(0, 22)
}
