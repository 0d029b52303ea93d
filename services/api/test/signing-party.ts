// A party of a test that signs its requests, as a partner's system does.

import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createKey, insertSigningKey, type Scope } from '@renkei/db'
import { newNonce, readPublicKey, signRequest, type SignOptions } from '@renkei/http-signature'
import { publicUrl, type TestApi } from './build-test-app.ts'
import { type Call, callApi, type TestAnswer } from './call-api.ts'
import type { Party } from './parties.ts'

export interface SigningKeyPair {
  readonly keyId: string
  readonly jwk: object
  readonly bytes: Buffer
  readonly privateKey: KeyObject
}

export function newSigningKey(): SigningKeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const jwk = publicKey.export({ format: 'jwk' })
  const read = readPublicKey(jwk)
  if (!read.ok) throw new Error(read.detail)
  return { keyId: read.keyId, jwk, bytes: read.bytes, privateKey }
}

/** Registers a key for a party, straight into the database. */
export async function addSigningKey(
  api: Pick<TestApi, 'db'>,
  party: Party,
  { expiresAt = null }: { expiresAt?: Date | null } = {},
): Promise<SigningKeyPair> {
  const key = newSigningKey()
  const { organisationId } = party
  const now = new Date()
  await insertSigningKey(api.db, {
    signingKeyId: key.keyId,
    organisationId,
    label: 'test',
    publicKey: key.bytes,
    createdAt: now,
    expiresAt,
  })
  return key
}

/** The same organisation with a key that works only when it is signed. */
export async function addStrictKey(
  api: Pick<TestApi, 'db' | 'url'>,
  party: Party,
  scopes: readonly Scope[],
): Promise<Party> {
  const { organisationId } = party
  const wanted = { organisationId, label: 'strict', scopes, expiresAt: null }
  const made = await createKey(api.db, { ...wanted, signatureRequired: true })
  const authorization = `Bearer ${made.apiKey}`
  return {
    ...party,
    ...made,
    request: (path, call = {}) =>
      callApi(api.url, path, { ...call, headers: { authorization, ...call.headers } }),
  }
}

/** The headers of a signed call: those that sign it, and the party's key. */
export async function signedHeaders(
  party: Party,
  key: Pick<SigningKeyPair, 'keyId' | 'privateKey'>,
  path: string,
  { call = {}, ...options }: { call?: Call } & Partial<SignOptions> = {},
): Promise<Record<string, string>> {
  const headers = { authorization: `Bearer ${party.apiKey}`, ...call.headers }
  const body = bodyOf(call)
  const signature = await signRequest(
    {
      method: call.method ?? (body === undefined ? 'GET' : 'POST'),
      targetUri: `${publicUrl}${path}`,
      headers,
      ...(body !== undefined && { body: Buffer.from(body) }),
    },
    { created: new Date(), nonce: newNonce(), components: ['authorization'], ...key, ...options },
  )
  return { ...headers, ...signature }
}

/** Sends a call signed. */
export async function requestSigned(
  party: Party,
  key: Pick<SigningKeyPair, 'keyId' | 'privateKey'>,
  path: string,
  call: Call = {},
): Promise<TestAnswer> {
  return party.request(path, { ...call, headers: await signedHeaders(party, key, path, { call }) })
}

function bodyOf({ json, body }: Call): string | Uint8Array | undefined {
  return json === undefined ? body : JSON.stringify(json)
}
