// What an operator does at the command line, on record in the transaction of the change. An operator is
// no organisation and has no key.

import { randomUUID } from 'node:crypto'
import { appendAudit, type Tx } from '@renkei/db'

export interface OperatorEntry {
  /** `noun.verb`; the noun is the type of the object. */
  readonly action: string
  readonly objectId: string
  /** Whose object it is; nothing for what is the operator's own. */
  readonly organisationId?: string
  readonly detail?: object
}

/** Appends the entry; call it as the last statement of the transaction. */
export async function auditOperator(tx: Tx, entry: OperatorEntry): Promise<void> {
  const { organisationId: objectOwner = null, ...rest } = entry
  const [objectType = ''] = entry.action.split('.')
  const operator = { organisationId: null, keyId: null, requestId: randomUUID() }
  await appendAudit(tx, { ...operator, ...rest, objectType, objectOwner, at: new Date() })
}
