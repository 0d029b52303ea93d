// Signed requests (RFC 9421): whose signature it is, that it covers what counts, and that it was not
// seen before. Also by other processes: nonces are rows.

import { type Db, findSigningKey, type SigningKey, takeNonce } from '@renkei/db'
import {
  publicKeyOf,
  type ReadSignature,
  readSignatures,
  type SignedMessage,
  verifySignature,
} from '@renkei/http-signature'
import type { Clock } from '@renkei/service-kit'
import type { FastifyRequest } from 'fastify'
import { unauthenticated } from './refusals.ts'

export interface SignatureDeps {
  readonly db: Db
  readonly clock: Clock
  /** Where callers reach the API: what they sign as the address, whatever a proxy made of it. */
  readonly publicUrl: string
  /** How far `created` may be from this machine's time. */
  readonly signatureSkewSeconds: number
}

// The signature is one with the API key: neither is of use with another.
const required = ['authorization'] as const

/** True when a request claims to be signed. */
export function isSigned({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return headers['signature'] !== undefined || headers['signature-input'] !== undefined
}

/** Verifies the one signature of a request; resolves to the identifier of its key, or throws 401. */
export async function verifyCaller(request: FastifyRequest, deps: SignatureDeps): Promise<string> {
  const [signature] = signaturesOf(request, 1)
  if (!signature) throw unauthenticated('the signature is missing')
  await verifyByRegistered(request, signature, deps)
  return signature.keyId
}

/**
 * Verifies a request that brings a new key and is signed by it: the key's own signature is left to
 * `provePossession`. Resolves to the registered key that signed besides, if one did.
 */
export async function verifyCallerOfNewKey(
  request: FastifyRequest,
  deps: SignatureDeps,
): Promise<string | undefined> {
  let signedBy: string | undefined
  for (const signature of signaturesOf(request, 2)) {
    if (!(await findSigningKey(deps.db, signature.keyId))) continue
    await verifyByRegistered(request, signature, deps)
    signedBy = signature.keyId
  }
  return signedBy
}

/** Verifies that who registers a key holds its private half; throws 401 unless the key signed. */
export async function provePossession(
  request: FastifyRequest,
  { keyId, bytes }: { readonly keyId: string; readonly bytes: Buffer },
  deps: SignatureDeps,
): Promise<void> {
  const signature = signaturesOf(request, 2).find((one) => one.keyId === keyId)
  if (!signature) throw unauthenticated('the new key has not signed')
  await verify(request, { signature, bytes, deps })
}

function signaturesOf(request: FastifyRequest, signaturesMax: number): readonly ReadSignature[] {
  const reading = readSignatures(request.raw.headersDistinct, signaturesMax)
  if (!reading.ok) throw unauthenticated(reading.reason)
  return reading.signatures
}

async function verifyByRegistered(
  request: FastifyRequest,
  signature: ReadSignature,
  deps: SignatureDeps,
): Promise<void> {
  const key = await findSigningKey(deps.db, signature.keyId)
  // The reason stands in the caller's own audit trail: that others have a key is not theirs to know.
  const isOwn = key?.organisationId === request.caller.organisationId
  if (!key || !isOwn || !isLive(key, deps.clock.now())) {
    throw unauthenticated('no such live signing key')
  }
  await verify(request, { signature, bytes: key.publicKey, deps })
}

async function verify(
  request: FastifyRequest,
  { signature, bytes, deps }: { signature: ReadSignature; bytes: Buffer; deps: SignatureDeps },
): Promise<void> {
  const verdict = await verifySignature(messageOf(request, deps), signature, {
    key: publicKeyOf(bytes).key,
    at: deps.clock.now(),
    skewSeconds: deps.signatureSkewSeconds,
    required,
  })
  if (!verdict.ok) throw unauthenticated(verdict.reason)
  const { keyId: signingKeyId, nonce, validUntil } = verdict.verified
  // Last, so that a wrong signature uses up nobody's nonce.
  const isNew = await takeNonce(deps.db, { signingKeyId, nonce, validUntil })
  if (!isNew) throw unauthenticated('the nonce was used before')
}

function messageOf(request: FastifyRequest, { publicUrl }: SignatureDeps): SignedMessage {
  return {
    method: request.method,
    targetUri: `${publicUrl.replace(/\/$/, '')}${request.raw.url}`,
    headers: request.raw.headersDistinct,
    body: request.rawBody,
  }
}

function isLive({ revokedAt, expiresAt }: SigningKey, at: Date): boolean {
  return !revokedAt && (!expiresAt || expiresAt > at)
}
