// Keys as rows that fit on a terminal.

import type { ListedKey, SigningKey } from '@renkei/db'

/** A row of an API key at a moment. */
export function keyRow(key: ListedKey, now: Date): object {
  const asks = [key.signatureRequired && 'signature', key.certificateSha256 && 'certificate']
  return {
    key: key.keyId,
    organisation: key.organisationId,
    label: key.label,
    scopes: key.scopes.join(' '),
    asks: asks.filter(Boolean).join(' '),
    state: key.replacedBy ? `${stateOf(key, now)}, see ${key.replacedBy}` : stateOf(key, now),
    'last used': key.lastUsedAt ? `${short(key.lastUsedAt)} ${key.lastUsedAddress}` : 'never',
  }
}

/** A row of a signing key at a moment. */
export function signingKeyRow(key: SigningKey, now: Date): object {
  return {
    'signing key': key.signingKeyId,
    organisation: key.organisationId,
    label: key.label,
    state: stateOf(key, now),
    'last used': key.lastUsedAt ? short(key.lastUsedAt) : 'never',
  }
}

function stateOf(key: { expiresAt: Date | null; revokedAt: Date | null }, now: Date): string {
  if (key.revokedAt) return `revoked ${short(key.revokedAt)}`
  if (!key.expiresAt) return 'live'
  return `${key.expiresAt <= now ? 'ended' : 'live until'} ${short(key.expiresAt)}`
}

function short(instant: Date): string {
  return `${instant.toISOString().slice(0, 16)}Z`
}
