// AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits: nonce, ciphertext and tag as one.
// The nonce is made here and nowhere else: given twice for one key it would give both texts away.

import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto'

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/** What encryption adds to a text, in bytes. */
const overheadBytes = nonceBytes + tagBytes

/** Gives nonce | ciphertext | tag; the additional data is bound to them and not among them. */
export function encrypt(key: KeyObject, plain: Buffer | string, additional: string): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
  cipher.setAAD(Buffer.from(additional))
  const text = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain)
  return Buffer.concat([nonce, text, cipher.final(), cipher.getAuthTag()])
}

/** Gives the plain bytes, or nothing when key, bytes or additional data are not those of `encrypt`. */
export function decrypt(key: KeyObject, bytes: Buffer, additional: string): Buffer | undefined {
  if (bytes.length < overheadBytes) return undefined
  const nonce = bytes.subarray(0, nonceBytes)
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(additional))
  decipher.setAuthTag(bytes.subarray(-tagBytes))
  try {
    const plain = decipher.update(bytes.subarray(nonceBytes, -tagBytes))
    return Buffer.concat([plain, decipher.final()])
  } catch {
    return undefined
  }
}
