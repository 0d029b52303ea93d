// The audit trail. A write appends its entry in its own transaction, or it does not happen; accesses
// are appended before anything is shown. The database chains the entries (`migrations/0007_audit.sql`).

import { sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'

interface Entry {
  readonly at: Date
  /** Who did it; null for an operator at the command line, or where nobody proved who he is. */
  readonly organisationId: string | null
  readonly keyId: string | null
  readonly requestId: string
  /** From where: the address of the connection. */
  readonly address?: string | null
  readonly action: string
  readonly objectType: string
  /** The organisation whose objects these are. */
  readonly objectOwner?: string | null
  readonly detail?: object
}

/** A change of one object. */
export interface AuditEntry extends Entry {
  readonly objectId: string
}

/** A look at objects of one owner, or an attempt that was refused. */
export interface Access extends Entry {
  readonly objectIds: readonly string[]
}

/**
 * Appends an entry within the transaction of the change that it records. It takes the lock of the
 * chain, which every other writer needs: call it as the last statement of the transaction.
 */
export async function appendAudit(tx: Tx, { objectId, ...entry }: AuditEntry): Promise<void> {
  await insertEntries(tx, 'write', [{ ...entry, objectIds: [objectId] }])
}

/** Appends accesses in their order, durably, all or none. */
export async function recordAccesses(db: Db, accesses: readonly Access[]): Promise<void> {
  if (accesses.length > 0) await insertEntries(db, 'read', accesses)
}

async function insertEntries(
  db: Db | Tx,
  chain: 'write' | 'read',
  entries: readonly Access[],
): Promise<void> {
  const rows = entries.map(({ detail, ...entry }) => ({
    ...entry,
    // As text, so that it is stored to the byte.
    detail: detail && JSON.stringify(detail),
  }))
  await sql`
    INSERT INTO audit_entries (chain, at, organisation_id, key_id, request_id, address, action,
      object_type, object_ids, object_owner, detail)
    SELECT ${chain}, at, "organisationId", "keyId", "requestId", address, action, "objectType",
      "objectIds", "objectOwner", detail::json
    FROM ROWS FROM (json_to_recordset(${JSON.stringify(rows)}::json) AS (at timestamptz,
      "organisationId" text, "keyId" text, "requestId" text, address text, action text,
      "objectType" text, "objectIds" text[], "objectOwner" text, detail text))
      WITH ORDINALITY AS entry (at, "organisationId", "keyId", "requestId", address, action,
        "objectType", "objectIds", "objectOwner", detail, ord)
    ORDER BY ord`.execute(db)
}
