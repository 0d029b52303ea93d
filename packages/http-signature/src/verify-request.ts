// Verifies the signature of a request. The rules of acceptance are here; the signature base and the
// check of its fields are the library's, told to leave time alone, which comes in from outside.

import { type KeyObject, verify } from 'node:crypto'
import { httpbis } from 'http-message-signatures'
import { contentDigestFault } from './content-digest.ts'
import { hasBody, libraryHeaders, type SignedMessage, singleField } from './message.ts'
import { type ReadSignature, readSignatures } from './read-signatures.ts'

export interface Acceptance {
  readonly at: Date
  /** How far `created` may be from now, either way. */
  readonly skewSeconds: number
  /** What must be covered besides the method, the address and the digest of a body. */
  readonly required?: readonly string[]
}

export interface VerifyOptions extends Acceptance {
  /** The public key of a `keyid`; nothing when there is none that counts. */
  readonly findKey: (keyId: string) => Promise<KeyObject | undefined>
}

export interface VerifiedSignature {
  readonly keyId: string
  readonly nonce: string
  readonly created: Date
  /** Until when the same signature would be accepted again, were it not for its nonce. */
  readonly validUntil: Date
  readonly components: readonly string[]
  /** The bytes that were signed, and the signature: with the key, a proof for others. */
  readonly base: string
  readonly signature: Buffer
}

export type Verdict =
  | { readonly ok: true; readonly verified: VerifiedSignature }
  | { readonly ok: false; readonly reason: string }

/**
 * Verifies a request that carries one signature. Refuses with a reason for the log: the sender of a
 * wrong signature is better not told more than that it is wrong. Nonces are the caller's to keep.
 */
export async function verifyRequest(
  request: SignedMessage,
  options: VerifyOptions,
): Promise<Verdict> {
  const reading = readSignatures(request.headers)
  if (!reading.ok) return reading
  const [signature] = reading.signatures
  if (!signature) return refused('there is no signature')
  const key = await options.findKey(signature.keyId)
  if (!key) return refused('there is no such key')
  return verifySignature(request, signature, { ...options, key })
}

/** Verifies one signature of a request by its key, as `verifyRequest` does. */
export async function verifySignature(
  request: SignedMessage,
  signature: ReadSignature,
  acceptance: Acceptance & { readonly key: KeyObject },
): Promise<Verdict> {
  const { nonce } = signature
  if (nonce === undefined || !/^[\x21-\x7e]{8,128}$/.test(nonce)) return refused('no usable nonce')
  const fault =
    parameterFault(signature, acceptance) ??
    coverageFault(request, signature, acceptance) ??
    digestFault(request, signature)
  if (fault) return refused(fault)
  const proof = await proofOf(request, signature, acceptance.key)
  if (!proof) return refused('the signature does not hold')
  const { keyId, components, created } = signature
  const createdMs = created * 1000
  return {
    ok: true,
    verified: {
      keyId,
      nonce,
      components,
      created: new Date(createdMs),
      validUntil: new Date(createdMs + acceptance.skewSeconds * 1000),
      ...proof,
    },
  }
}

const refused = (reason: string): Verdict => ({ ok: false, reason })

function parameterFault(
  { alg, created, expires }: ReadSignature,
  { at, skewSeconds }: Acceptance,
): string | undefined {
  if (alg !== undefined && alg !== 'ed25519') return 'alg is not ed25519'
  const ageMs = at.getTime() - created * 1000
  if (ageMs > skewSeconds * 1000) return 'created is too long ago'
  if (-ageMs > skewSeconds * 1000) return 'created is in the future'
  if (expires !== undefined && at.getTime() > expires * 1000) return 'the signature has expired'
  return undefined
}

function coverageFault(
  request: SignedMessage,
  { components }: ReadSignature,
  { required = [] }: Acceptance,
): string | undefined {
  const digest = hasBody(request) ? ['content-digest'] : []
  const missing = ['@method', '@target-uri', ...digest, ...required].filter(
    (name) => !components.includes(name),
  )
  return missing.length > 0 ? `${missing.join(', ')} not covered` : undefined
}

function digestFault(request: SignedMessage, { components }: ReadSignature): string | undefined {
  if (!components.includes('content-digest')) return undefined
  const digest = singleField(request.headers, 'content-digest')
  if (typeof digest !== 'string') return 'Content-Digest must be there once'
  return contentDigestFault(digest, request.body ?? new Uint8Array())
}

/** The mathematics alone: whether a key made this signature over these parts of the request. */
export async function proofOf(
  request: SignedMessage,
  signature: ReadSignature,
  key: KeyObject,
): Promise<{ base: string; signature: Buffer } | undefined> {
  // Whatever `alg` says, an Ed25519 key verifies as Ed25519 and as nothing else.
  if (key.asymmetricKeyType !== 'ed25519') return undefined
  let proof: { base: string; signature: Buffer } | undefined
  const verifier = (data: Buffer, bytes: Buffer) => {
    const holds = verify(null, data, key, bytes)
    if (holds) proof = { base: data.toString('utf8'), signature: bytes }
    return Promise.resolve(holds)
  }
  const message = {
    method: request.method,
    url: request.targetUri,
    headers: { ...libraryHeaders(request.headers), ...signature.fields },
  }
  const timeIsOurs = { tolerance: Infinity, notAfter: Infinity }
  try {
    await httpbis.verifyMessage(
      { ...timeIsOurs, keyLookup: () => Promise.resolve({ verify: verifier }) },
      message,
    )
  } catch {
    // A component that the request does not have, or that the library does not know.
    return undefined
  }
  return proof
}
