// What accesses to credentials are called in the audit trail. They belong to their organisation, and
// nobody else is shown them.

import type { RouteAudit } from '../audit/route-audit.ts'

const ofKeys = { objectType: 'key', ownedBy: 'caller' } as const
const ofKey = { ...ofKeys, param: 'keyId' } as const
const ofSigningKeys = { objectType: 'signingKey', ownedBy: 'caller' } as const
const ofSigningKey = { ...ofSigningKeys, param: 'signingKeyId' } as const

export const audits = {
  createKey: { action: 'key.created', ...ofKeys, by: 'transaction' },
  listKeys: { action: 'key.listed', ...ofKeys },
  readKey: { action: 'key.read', ...ofKey },
  rotateKey: { action: 'key.rotated', ...ofKey, by: 'transaction' },
  revokeKey: { action: 'key.revoked', ...ofKey, by: 'transaction' },
  registerSigningKey: { action: 'signingKey.registered', ...ofSigningKeys, by: 'transaction' },
  listSigningKeys: { action: 'signingKey.listed', ...ofSigningKeys },
  readSigningKey: { action: 'signingKey.read', ...ofSigningKey },
  revokeSigningKey: { action: 'signingKey.revoked', ...ofSigningKey, by: 'transaction' },
} as const satisfies Record<string, RouteAudit>
