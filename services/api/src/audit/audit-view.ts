// An entry of the audit trail as an organisation sees it, and its place as a cursor.

import type { AuditPosition, ListedEntry } from '@renkei/db'

/**
 * All of an entry for whose key made it, or was claimed in vain; who, when, what and as whom for the
 * owner of the object.
 */
export function viewEntry(entry: ListedEntry, viewerId: string) {
  const { organisationId, objectOwner, detail } = entry
  const { fields, audience, agreement, revision, ...rest } = detail ?? {}
  // Who claimed a key and could not prove it is nobody; it concerns whose key it is.
  const claimed = entry.action === 'access.denied' && organisationId === null
  const own = organisationId === viewerId || claimed
  return {
    auditId: `${entry.chain}-${entry.seq}`,
    at: entry.at.toISOString(),
    ...(organisationId !== null && { organisation: organisationId }),
    action: entry.action,
    objectType: entry.objectType,
    objects: entry.objectIds,
    ...(objectOwner !== null && { owner: objectOwner }),
    ...given({ fields, audience, agreement, revision }),
    ...(own && ofOwnKey(entry, rest)),
  }
}

function ofOwnKey({ keyId, address, requestId }: ListedEntry, rest: object) {
  const more = Object.keys(rest).length > 0 ? rest : undefined
  return given({ keyId, address, requestId, more })
}

function given(members: Readonly<Record<string, unknown>>) {
  const there = Object.entries(members).filter(([, value]) => value !== undefined && value !== null)
  return Object.fromEntries(there)
}

// The instant in microseconds since 1970; fifteen digits begin in the year 2000.
export const cursorPattern = '^[0-9]{15,17}-(read|write)-[0-9]{1,15}$'

/** Writes the place of an entry. */
export function toCursor({ exactAt, chain, seq }: AuditPosition): string {
  return `${Date.parse(exactAt)}${exactAt.slice(-4, -1)}-${chain}-${seq}`
}

/** Reads a place, whose form is checked; nothing without one. */
export function toPosition(cursor: string | undefined): AuditPosition | null {
  if (cursor === undefined) return null
  const [time = '', chain, seq] = cursor.split('-')
  const toMilliseconds = new Date(Number(time.slice(0, -3))).toISOString().slice(0, -1)
  return {
    exactAt: `${toMilliseconds}${time.slice(-3)}Z`,
    chain: chain as AuditPosition['chain'],
    seq: Number(seq),
  }
}
