// Signatures of Standard Webhooks 1.0, scheme v1: HMAC-SHA256 over `id.timestamp.body`.

import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { BoundedCache } from './bounded-cache.ts'
import { readSecret } from './secret.ts'

export interface SignedMessage {
  readonly id: string
  readonly timestampSeconds: number
  readonly body: string | Buffer
}

// Making a key object costs as much as a signature, so those in use are kept.
const keys = new BoundedCache<KeyObject>(10_000)
const idForm = /^[\x21-\x2d\x2f-\x7e]{1,255}$/

/**
 * Signs a message and answers the value of `webhook-signature`: `v1,<base64>`. Throws when the
 * secret is malformed, the id has a full stop or is no header value, or the time is not whole
 * seconds. Source: Standard Webhooks 1.0, "Signature scheme".
 */
export function signWebhook(secret: string, message: SignedMessage): string {
  const { id, timestampSeconds, body } = message
  // A full stop in the id would let two different messages have the same signed bytes.
  if (!idForm.test(id)) throw new TypeError('a webhook id is visible ASCII without a full stop')
  if (!Number.isSafeInteger(timestampSeconds) || timestampSeconds < 0) {
    throw new TypeError('a webhook timestamp is in whole seconds since 1970')
  }
  const mac = createHmac('sha256', keyOf(secret)).update(`${id}.${timestampSeconds}.`).update(body)
  return `v1,${mac.digest('base64')}`
}

function keyOf(secret: string): KeyObject {
  const known = keys.get(secret)
  if (known) return known
  const key = createSecretKey(readSecret(secret))
  keys.set(secret, key)
  return key
}
