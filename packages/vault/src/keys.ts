// Keys: the key-encryption key (KEK) that an operator keeps, and the data keys that it wraps. Both are
// `KeyObject`s, which neither JSON nor an inspection shows.

import { createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { decrypt, encrypt } from './gcm.ts'

const keyBytes = 32
const idBytes = 8

/** Reads a key: base64 of exactly 32 bytes, white space around it ignored; gives nothing for anything else. */
export function parseKey(text: string): KeyObject | undefined {
  const trimmed = text.trim()
  const bytes = Buffer.from(trimmed, 'base64')
  if (bytes.length !== keyBytes || bytes.toString('base64') !== trimmed) return undefined
  return createSecretKey(bytes)
}

/** Makes a new key-encryption key, as the base64 text that `parseKey` reads. */
export function newKeyText(): string {
  return randomBytes(keyBytes).toString('base64')
}

/** Names a key-encryption key by 16 hexadecimal digits, from which nothing of it can be learnt. */
export function fingerprintOf(key: KeyObject): string {
  return createHmac('sha256', key).update('renkei key fingerprint').digest('hex').slice(0, 16)
}

/** Derives a key for keyed hashes from a data key, which itself is used for nothing but sealing. */
export function digestKeyOf(dataKey: KeyObject): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', dataKey, '', 'renkei digest', keyBytes)))
}

/** A data key as it is stored. */
export interface WrappedDataKey {
  readonly dataKeyId: string
  /** The key under the KEK (AES-256-GCM with the data key's id as additional data). */
  readonly wrapped: Buffer
  /** The fingerprint of the KEK. */
  readonly kekId: string
}

/** Makes a data key of 32 random bytes, wrapped: only `unwrap` with the same KEK gives it. */
export function newDataKey(kek: KeyObject): WrappedDataKey {
  const dataKeyId = randomBytes(idBytes).toString('hex')
  const wrapped = encrypt(kek, randomBytes(keyBytes), dataKeyId)
  return { dataKeyId, wrapped, kekId: fingerprintOf(kek) }
}

/** Gives the data key, or nothing when it is wrapped under another KEK or was changed. */
export function unwrap({ dataKeyId, wrapped }: WrappedDataKey, kek: KeyObject) {
  const bytes = decrypt(kek, wrapped, dataKeyId)
  return bytes && createSecretKey(bytes)
}

/** Gives the data key wrapped under another KEK, or nothing when the present one does not open it. */
export function rewrap(
  { dataKeyId, wrapped }: WrappedDataKey,
  from: KeyObject,
  to: KeyObject,
): WrappedDataKey | undefined {
  const bytes = decrypt(from, wrapped, dataKeyId)
  return bytes && { dataKeyId, wrapped: encrypt(to, bytes, dataKeyId), kekId: fingerprintOf(to) }
}
