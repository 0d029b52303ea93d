// Signing secrets of Standard Webhooks 1.0: `whsec_` and the base64 of 24 to 64 random bytes.

import { randomBytes } from 'node:crypto'

const prefix = 'whsec_'
const keyBytes = { made: 32, min: 24, max: 64 }

/** Makes a secret of 32 random bytes, in the form in which it is shown to its owner once. */
export function newSecret(): string {
  return prefix + randomBytes(keyBytes.made).toString('base64')
}

/**
 * The key of a secret. Throws on any other form than `whsec_` and the padded base64 of 24 to 64
 * bytes; the message does not repeat the secret.
 * Source: Standard Webhooks 1.0, "Signature scheme".
 */
export function readSecret(secret: string): Buffer {
  const text = secret.startsWith(prefix) ? secret.slice(prefix.length) : ''
  const key = Buffer.from(text, 'base64')
  // Buffer skips what is not base64, so only the way back shows that nothing was skipped.
  if (key.toString('base64') !== text) throw new TypeError('a secret is whsec_ and padded base64')
  if (key.length < keyBytes.min || key.length > keyBytes.max) {
    throw new TypeError(`a secret has ${keyBytes.min} to ${keyBytes.max} bytes`)
  }
  return key
}
