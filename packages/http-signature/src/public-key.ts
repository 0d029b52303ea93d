// Ed25519 public keys (RFC 8032) as partners give them: as a JWK (RFC 8037) or as SPKI in PEM.

import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'

export interface PublicKey {
  /** The thumbprint (RFC 7638): the `keyid` of its signatures. */
  readonly keyId: string
  /** The 32 bytes. */
  readonly bytes: Buffer
  readonly key: KeyObject
}

export interface KeyFault {
  readonly rule: string
  readonly detail: string
}

export type ReadKey = ({ readonly ok: true } & PublicKey) | ({ readonly ok: false } & KeyFault)

const pemCharactersMax = 2000

/**
 * Reads a public key. Refuses any other kind of key, a private key, and the few weak keys under
 * which signatures hold for messages that nobody signed.
 */
export function readPublicKey(given: unknown): ReadKey {
  const bytes = typeof given === 'string' ? bytesOfPem(given) : bytesOfJwk(given)
  if (!Buffer.isBuffer(bytes)) return { ok: false, ...bytes }
  const fault = { rule: 'weak', detail: 'This key is one of those that sign everything.' }
  return isWeak(bytes) ? { ok: false, ...fault } : { ok: true, ...publicKeyOf(bytes) }
}

/** The key of 32 bytes that were read before. */
export function publicKeyOf(bytes: Buffer): PublicKey {
  const jwk = jwkOf(bytes)
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  // The members in the order of RFC 7638.
  const members = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x })
  return { keyId: createHash('sha256').update(members).digest('base64url'), bytes, key }
}

/** The key as a JWK, to be shown. */
export function jwkOf(bytes: Buffer): { kty: 'OKP'; crv: 'Ed25519'; x: string } {
  return { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }
}

const notEd25519 = { rule: 'type', detail: 'The key must be an Ed25519 public key.' }
const isPrivate = {
  rule: 'private',
  detail:
    'This is a private key. It is known to others now: make a new one, and send the public key.',
}

function bytesOfJwk(given: unknown): Buffer | KeyFault {
  if (typeof given !== 'object' || given === null) return notEd25519
  const { kty, crv, x, d } = given as JsonWebKey
  if (d !== undefined) return isPrivate
  if (kty !== 'OKP' || crv !== 'Ed25519' || typeof x !== 'string') return notEd25519
  const bytes = Buffer.from(x, 'base64url')
  if (bytes.length === 32 && bytes.toString('base64url') === x) return bytes
  return { rule: 'length', detail: 'x must be 32 bytes in base64url without padding.' }
}

function bytesOfPem(text: string): Buffer | KeyFault {
  // createPublicKey would take a private key, too, and make its public half.
  if (/PRIVATE KEY/.test(text)) return isPrivate
  if (text.length > pemCharactersMax) return notEd25519
  if (!/^\s*-----BEGIN PUBLIC KEY-----/.test(text)) return notEd25519
  try {
    const key = createPublicKey({ key: text, format: 'pem', type: 'spki' })
    if (key.asymmetricKeyType !== 'ed25519') return notEd25519
    return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url')
  } catch {
    return notEd25519
  }
}

// The points of small order, and those that are written in two ways; the highest bit is the sign.
// The list is that of libsodium (crypto_core/ed25519/ref10, ge25519_has_small_order).
const weakKeys: ReadonlySet<string> = new Set([
  `00${'00'.repeat(31)}`,
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
])

function isWeak(bytes: Buffer): boolean {
  const unsigned = Buffer.from(bytes)
  unsigned[31] = (bytes[31] ?? 0) & 0x7f
  return weakKeys.has(unsigned.toString('hex'))
}
