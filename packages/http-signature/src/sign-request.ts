// Signs a request: RFC 9421 with Ed25519, by the library.

import { type KeyObject, randomBytes, sign } from 'node:crypto'
import { httpbis } from 'http-message-signatures'
import { contentDigest } from './content-digest.ts'
import { hasBody, libraryHeaders, type SignedMessage } from './message.ts'

export interface SignOptions {
  /** An Ed25519 private key. */
  readonly privateKey: KeyObject
  /** The thumbprint of its public key. */
  readonly keyId: string
  readonly created: Date
  /** Until when it is to be believed; left to whoever verifies when absent. */
  readonly expires?: Date
  /** Different each time; `newNonce` makes one. */
  readonly nonce: string
  /** Fields to cover besides the method, the address and the digest of a body. */
  readonly components?: readonly string[]
  readonly label?: string
}

/** Makes a nonce of 128 random bits. */
export function newNonce(): string {
  return randomBytes(16).toString('base64url')
}

/**
 * Gives the fields that sign a request: `signature-input`, `signature`, and `content-digest` when
 * there is a body. Refuses to cover a field that the request does not have.
 */
export async function signRequest(
  request: SignedMessage,
  options: SignOptions,
): Promise<Record<string, string>> {
  const { privateKey, keyId, created, expires, nonce, components = [], label = 'sig1' } = options
  const digest = hasBody(request) ? { 'content-digest': contentDigest(request.body) } : undefined
  const fields = ['@method', '@target-uri', ...(digest ? ['content-digest'] : []), ...components]
  const { headers }: { headers: Record<string, string | string[]> } = await httpbis.signMessage(
    {
      name: label,
      key: { sign: (data) => Promise.resolve(sign(null, data, privateKey)) },
      fields: [...new Set(fields)],
      params: ['created', ...(expires ? ['expires'] : []), 'keyid', 'nonce', 'alg'],
      paramValues: { created, ...(expires && { expires }), keyid: keyId, nonce, alg: 'ed25519' },
    },
    {
      method: request.method,
      url: request.targetUri,
      headers: { ...withoutSignatures(libraryHeaders(request.headers)), ...digest },
    },
  )
  return {
    ...digest,
    'signature-input': String(headers['Signature-Input']),
    signature: String(headers['Signature']),
  }
}

// The library would add to them; what is given out here is one signature.
function withoutSignatures({
  signature: _,
  'signature-input': __,
  ...headers
}: Record<string, string[]>): Record<string, string[]> {
  return headers
}
