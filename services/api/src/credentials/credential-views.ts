// Credentials as their organisation sees them, without anything that could be used as one.

import type { ListedKey, SigningKey } from '@renkei/db'
import { jwkOf } from '@renkei/http-signature'

/** An API key with its state at a moment. */
export function viewKey(key: ListedKey, now: Date) {
  return {
    keyId: key.keyId,
    label: key.label,
    scopes: key.scopes,
    state: stateOf(key, now),
    signatureRequired: key.signatureRequired,
    certificateSha256: key.certificateSha256,
    createdAt: key.createdAt.toISOString(),
    expiresAt: key.expiresAt?.toISOString() ?? null,
    revokedAt: key.revokedAt?.toISOString() ?? null,
    replacedBy: key.replacedBy,
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    lastUsedAddress: key.lastUsedAddress,
  }
}

/** A signing key with its state at a moment. */
export function viewSigningKey(key: SigningKey, now: Date) {
  return {
    signingKeyId: key.signingKeyId,
    label: key.label,
    jwk: jwkOf(key.publicKey),
    state: stateOf(key, now),
    createdAt: key.createdAt.toISOString(),
    expiresAt: key.expiresAt?.toISOString() ?? null,
    revokedAt: key.revokedAt?.toISOString() ?? null,
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
  }
}

function stateOf(key: { revokedAt: Date | null; expiresAt: Date | null }, now: Date) {
  if (key.revokedAt) return 'revoked'
  return key.expiresAt && key.expiresAt <= now ? 'expired' : 'live'
}
