// The audit trail. A write appends its entry in its own transaction, or it does not happen.

import type { Tx } from './open-database.ts'

export interface AuditEntry {
  readonly at: Date
  readonly organisationId: string
  readonly keyId: string
  readonly requestId: string
  readonly action: string
  readonly objectType: string
  readonly objectId: string
  readonly detail?: object
}

/** Appends an entry within the transaction of the change that it records. */
export async function appendAudit(tx: Tx, entry: AuditEntry): Promise<void> {
  await tx
    .insertInto('audit_entries')
    .values({
      at: entry.at,
      organisation_id: entry.organisationId,
      key_id: entry.keyId,
      request_id: entry.requestId,
      action: entry.action,
      object_type: entry.objectType,
      object_id: entry.objectId,
      detail: entry.detail === undefined ? null : JSON.stringify(entry.detail),
    })
    .execute()
}
