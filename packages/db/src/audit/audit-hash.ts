// How the hash of an audit entry is made: SHA-256 over the hash before it and the fields, each as its
// length in bytes, a colon, itself and a comma. The trigger of `migrations/0007_audit.sql` does the
// same in SQL; this one knows nothing of it, so that each proves the other.

import { createHash } from 'node:crypto'

export const auditChains = ['write', 'read'] as const
export type AuditChain = (typeof auditChains)[number]

/** An entry as it stands in a chain. What is empty is null; `detail` is JSON text, to the byte. */
export interface ChainedEntry {
  readonly chain: AuditChain
  readonly seq: number
  /** With microseconds: 2026-11-22T12:00:00.000000Z. */
  readonly at: string
  readonly organisationId: string | null
  readonly keyId: string | null
  readonly requestId: string
  readonly address: string | null
  readonly action: string
  readonly objectType: string
  readonly objectIds: readonly string[]
  readonly objectOwner: string | null
  readonly detail: string | null
  /** Of the entry before it; 64 hexadecimal digits, as is its own. */
  readonly prevHash: string
  readonly hash: string
}

/** The hash before the first entry of a chain. */
export const firstPrevHash = '0'.repeat(64)

/** Computes the hash that an entry must have. */
export function auditHash(entry: ChainedEntry): string {
  const fields = [
    entry.chain,
    String(entry.seq),
    entry.at,
    entry.organisationId,
    entry.keyId,
    entry.requestId,
    entry.address,
    entry.action,
    entry.objectType,
    JSON.stringify(entry.objectIds),
    entry.objectOwner,
    entry.detail,
  ]
  return createHash('sha256')
    .update(Buffer.from(entry.prevHash, 'hex'))
    .update(fields.map(toField).join(''))
    .digest('hex')
}

function toField(value: string | null): string {
  return value === null ? ':,' : `${Buffer.byteLength(value)}:${value},`
}

/** Names an entry, as in `write-17`. */
export function auditIdOf({ chain, seq }: Pick<ChainedEntry, 'chain' | 'seq'>): string {
  return `${chain}-${seq}`
}
