// The test cases of RFC 9421 Appendix B.2, as they stand among the oracles.

import { createPrivateKey, type JsonWebKey, sign } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { httpbis } from 'http-message-signatures'
import { expect, test, type TestContext } from 'vitest'
import { contentDigestFault } from './content-digest.ts'
import type { SignedMessage } from './message.ts'
import { readPublicKey } from './public-key.ts'
import { readSignatures } from './read-signatures.ts'
import { proofOf, verifyRequest } from './verify-request.ts'

interface Case {
  readonly name: string
  readonly signatureInput: string
  readonly signature: string
}

interface Vectors {
  readonly keys: Record<string, JsonWebKey>
  readonly request: {
    readonly method: string
    readonly target: string
    readonly headers: Record<string, string>
    readonly body: string
  }
  readonly cases: readonly Case[]
}

const vectorsUrl = new URL('../../../../shared/oracles/rfc9421/vectors.json', import.meta.url)
const created = new Date(1_618_884_473_000)

function read(context: TestContext) {
  if (!existsSync(vectorsUrl)) context.skip(`no vectors at ${vectorsUrl.pathname}`)
  const { keys, request, cases } = JSON.parse(readFileSync(vectorsUrl, 'utf8')) as Vectors
  const privateJwk = keys['test-key-ed25519']!
  const { d: _, ...publicJwk } = privateJwk
  const publicKey = readPublicKey(publicJwk)
  if (!publicKey.ok) throw new Error('the vectors have no usable key')
  const message = (part: string): SignedMessage => {
    const { signatureInput, signature } = cases.find(({ name }) => name.includes(part))!
    return {
      method: request.method,
      targetUri: `https://${request.headers['host']}${request.target}`,
      headers: { ...request.headers, 'signature-input': signatureInput, signature },
      body: Buffer.from(request.body),
    }
  }
  return { request, privateJwk, key: publicKey.key, message }
}

test('the Ed25519 signature of the vectors holds, and over no other message', async (context) => {
  const { key, message } = read(context)
  const signed = message('ed25519')
  const reading = readSignatures(signed.headers)
  expect(reading).toMatchObject({ ok: true, signatures: [{ keyId: 'test-key-ed25519' }] })
  const [signature] = reading.ok ? reading.signatures : []
  const holds = async (changed: Partial<SignedMessage>) =>
    (await proofOf({ ...signed, ...changed }, signature!, key)) !== undefined
  expect(await holds({})).toBe(true)
  expect(await holds({ method: 'PUT' })).toBe(false)
  expect(await holds({ targetUri: 'https://example.com/other' })).toBe(false)
  expect(await holds({ headers: { ...signed.headers, date: 'today' } })).toBe(false)
})

test('the library that signs for us gives the very bytes of the vectors', async (context) => {
  const { request, privateJwk, message } = read(context)
  const key = createPrivateKey({ key: privateJwk, format: 'jwk' })
  const expected = message('ed25519')
  const signed = await httpbis.signMessage(
    {
      name: 'sig-b26',
      key: { sign: async (data) => sign(null, data, key) },
      fields: ['date', '@method', '@path', '@authority', 'content-type', 'content-length'],
      params: ['created', 'keyid'],
      paramValues: { created, keyid: 'test-key-ed25519' },
    },
    { method: expected.method, url: expected.targetUri, headers: request.headers },
  )
  expect(signed.headers).toMatchObject({
    Signature: expected.headers['signature'],
    'Signature-Input': expected.headers['signature-input'],
  })
})

test('the digest of the vectors holds for their body only', (context) => {
  const { request } = read(context)
  const digest = request.headers['content-digest']!
  expect(contentDigestFault(digest, Buffer.from(request.body))).toBeUndefined()
  expect(contentDigestFault(digest, Buffer.from('other'))).toMatch(/not the one/)
})

test('what the vectors cover is not enough for us, and an HMAC is no signature', async (context) => {
  const { key, message } = read(context)
  const acceptance = { at: created, skewSeconds: 300, findKey: async () => key }
  for (const part of ['ed25519', 'hmac']) {
    expect(await verifyRequest(message(part), acceptance)).toMatchObject({ ok: false })
  }
})
