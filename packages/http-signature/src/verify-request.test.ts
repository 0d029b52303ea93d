// Requests as a partner's system signs them, and as one signs them who wants to get past.

import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import * as fc from 'fast-check'
import { httpbis } from 'http-message-signatures'
import { describe, expect, test } from 'vitest'
import { contentDigest } from './content-digest.ts'
import type { SignedMessage } from './message.ts'
import { readPublicKey } from './public-key.ts'
import { signRequest } from './sign-request.ts'
import { verifyRequest } from './verify-request.ts'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const other = generateKeyPairSync('ed25519')
const read = readPublicKey(publicKey.export({ format: 'jwk' }))
const keyId = read.ok ? read.keyId : ''
const created = new Date('2026-11-22T09:00:00Z')
const seconds = created.getTime() / 1000
const body = Buffer.from('{"state":"restored"}')
const post: SignedMessage = {
  method: 'POST',
  targetUri: 'https://renkei.example/v1/reports?dry=1',
  headers: { authorization: 'Bearer rk_1', 'content-type': 'application/json' },
  body,
}

const signer = { privateKey, keyId, created, nonce: 'nonce-0001', components: ['authorization'] }

async function signed(
  message: SignedMessage = post,
  options: Partial<typeof signer> = {},
): Promise<SignedMessage> {
  const fields = await signRequest(message, { ...signer, ...options })
  return { ...message, headers: { ...message.headers, ...fields } }
}

function verdictOf(message: SignedMessage, at = created, key: KeyObject = publicKey) {
  return verifyRequest(message, {
    at,
    skewSeconds: 300,
    required: ['authorization'],
    findKey: async (id) => (id === keyId ? key : undefined),
  })
}

const withFields = (message: SignedMessage, fields: SignedMessage['headers']): SignedMessage => ({
  ...message,
  headers: { ...message.headers, ...fields },
})

/** Signs whatever Signature-Input one likes, by the book. */
async function forged(
  options: {
    params?: string
    fields?: readonly string[]
    make?: (base: Buffer) => Buffer
    message?: SignedMessage
  } = {},
): Promise<SignedMessage> {
  const message = options.message ?? withFields(post, { 'content-digest': contentDigest(body) })
  const fields = options.fields ?? ['@method', '@target-uri', 'content-digest', 'authorization']
  const params = options.params ?? `created=${seconds};keyid="${keyId}";nonce="nonce-0001"`
  const inner = `(${fields.map((name) => `"${name}"`).join(' ')});${params}`
  const lines = httpbis.createSignatureBase(
    { fields: [...fields] },
    {
      method: message.method,
      url: message.targetUri,
      headers: message.headers as Record<string, string>,
    },
  )
  const base = httpbis.formatSignatureBase([...lines, ['"@signature-params"', [inner]]])
  const make = options.make ?? ((data) => sign(null, data, privateKey))
  const signature = `sig1=:${make(Buffer.from(base)).toString('base64')}:`
  return withFields(message, { 'signature-input': `sig1=${inner}`, signature })
}

describe('a signed request', () => {
  test('is verified, and tells who signed what, with the proof', async () => {
    const verdict = await verdictOf(await signed())
    expect(verdict).toMatchObject({
      ok: true,
      verified: {
        keyId,
        nonce: 'nonce-0001',
        created,
        validUntil: new Date(created.getTime() + 300_000),
        components: ['@method', '@target-uri', 'content-digest', 'authorization'],
        base: expect.stringContaining('"@target-uri": https://renkei.example/v1/reports?dry=1\n'),
      },
    })
  })

  test('without a body needs no digest', async () => {
    const get = { ...post, method: 'GET', body: new Uint8Array() }
    expect(await verdictOf(await signed(get))).toMatchObject({ ok: true })
  })

  test('by the book, without alg and with sha-512, is verified too', async () => {
    const message = withFields(post, { 'content-digest': contentDigest(body, 'sha-512') })
    expect(await verdictOf(await forged({ message }))).toMatchObject({ ok: true })
  })

  const changes: readonly [string, (message: SignedMessage) => SignedMessage][] = [
    ['its method', (message) => ({ ...message, method: 'PUT' })],
    [
      'its host',
      (message) => ({ ...message, targetUri: 'https://other.example/v1/reports?dry=1' }),
    ],
    ['its query', (message) => ({ ...message, targetUri: 'https://renkei.example/v1/reports' })],
    ['its key', (message) => withFields(message, { authorization: 'Bearer rk_2' })],
    ['its body', (message) => ({ ...message, body: Buffer.from('{"state":"closed"}') })],
    ['its body, taken away', (message) => ({ ...message, body: new Uint8Array() })],
    [
      'its body and the digest',
      (message) => ({
        ...withFields(message, { 'content-digest': contentDigest(Buffer.from('x')) }),
        body: Buffer.from('x'),
      }),
    ],
    ['its digest, taken away', (message) => withFields(message, { 'content-digest': undefined })],
    [
      'a second digest of its own',
      (message) =>
        withFields(message, {
          'content-digest': [contentDigest(body), contentDigest(Buffer.from('x'))],
        }),
    ],
  ]
  test.each(changes)('is refused when somebody changes %s', async (_, change) => {
    expect(await verdictOf(change(await signed()))).toMatchObject({ ok: false })
  })

  test('is refused under another key of the same name', async () => {
    expect(await verdictOf(await signed(), created, other.publicKey)).toMatchObject({ ok: false })
    const stranger = await signed(post, { privateKey: other.privateKey })
    expect(await verdictOf(stranger)).toMatchObject({ ok: false })
  })
})

describe('time', () => {
  test.each([
    [300_000, true],
    [300_001, false],
    [-300_000, true],
    [-300_001, false],
  ])('%i ms after it was created a signature is taken: %s', async (ms, taken) => {
    const at = new Date(created.getTime() + ms)
    expect((await verdictOf(await signed(), at)).ok).toBe(taken)
  })

  test.each([
    [seconds + 10, 10_000, true],
    [seconds + 10, 10_001, false],
    [seconds - 1, 0, false],
  ])('an end at %i is kept', async (expires, ms, taken) => {
    const params = `created=${seconds};expires=${expires};keyid="${keyId}";nonce="nonce-0001"`
    const at = new Date(created.getTime() + ms)
    expect((await verdictOf(await forged({ params }), at)).ok).toBe(taken)
  })
})

describe('a signature is refused that', () => {
  const id = `keyid="${keyId}"`
  const params: readonly [string, string][] = [
    ['has no nonce', `created=${seconds};${id}`],
    ['has a nonce that is too short', `created=${seconds};${id};nonce="short"`],
    ['has a nonce that is too long', `created=${seconds};${id};nonce="${'n'.repeat(129)}"`],
    ['has a nonce that is a number', `created=${seconds};${id};nonce=12345678`],
    ['does not say when it was made', `${id};nonce="nonce-0001"`],
    ['was made at no time', `created="now";${id};nonce="nonce-0001"`],
    ['was made at a part of a second', `created=${seconds}.5;${id};nonce="nonce-0001"`],
    ['names no key', `created=${seconds};nonce="nonce-0001"`],
    ['names an unknown key', `created=${seconds};keyid="other";nonce="nonce-0001"`],
    ['names a key without end', `created=${seconds};keyid="${'k'.repeat(200)}";nonce="nonce-0001"`],
    ['says it is an HMAC', `created=${seconds};${id};nonce="nonce-0001";alg="hmac-sha256"`],
    ['says it is RSA', `created=${seconds};${id};nonce="nonce-0001";alg="rsa-pss-sha512"`],
    ['says its algorithm as a token', `created=${seconds};${id};nonce="nonce-0001";alg=ed25519`],
  ]
  test.each(params)('%s', async (_, text) => {
    expect(await verdictOf(await forged({ params: text }))).toMatchObject({ ok: false })
  })

  const all = ['@method', '@target-uri', 'content-digest', 'authorization']
  test.each(all)('does not cover %s', async (left) => {
    const fields = all.filter((name) => name !== left)
    expect(await verdictOf(await forged({ fields }))).toMatchObject({ ok: false })
  })

  test('covers nothing', async () => {
    expect(await verdictOf(await forged({ fields: [] }))).toMatchObject({ ok: false })
  })

  test('is an HMAC made with the public key', async () => {
    const secrets = [publicKey.export({ format: 'der', type: 'spki' }), read.ok ? read.bytes : '']
    for (const secret of secrets) {
      const make = (base: Buffer) => {
        const mac = createHmac('sha512', secret).update(base).digest()
        return mac
      }
      expect(await verdictOf(await forged({ make }))).toMatchObject({ ok: false })
    }
  })

  test.each([0, 63, 65, 128])('has %i bytes', async (size) => {
    expect(await verdictOf(await forged({ make: () => Buffer.alloc(size) }))).toMatchObject({
      ok: false,
    })
  })

  test('stands beside another one', async () => {
    const { headers } = await signed()
    const twice = withFields(post, {
      ...headers,
      'signature-input': `${String(headers['signature-input'])}, ${String(headers['signature-input']).replace('sig1', 'sig2')}`,
      signature: `${String(headers['signature'])}, ${String(headers['signature']).replace('sig1', 'sig2')}`,
    })
    expect(await verdictOf(twice)).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/more/),
    })
  })

  test.each(['signature', 'signature-input'])('has %s on two lines', async (name) => {
    const message = await signed()
    const value = String(message.headers[name])
    const verdict = await verdictOf(withFields(message, { [name]: [value, value] }))
    expect(verdict).toMatchObject({ ok: false })
  })

  test.each(['signature', 'signature-input'])('lacks %s', async (name) => {
    const verdict = await verdictOf(withFields(await signed(), { [name]: undefined }))
    expect(verdict).toMatchObject({ ok: false })
  })

  const inputs: readonly [string, string][] = [
    ['names a component in capitals', 'sig1=("@METHOD")'],
    ['covers a component of another message', 'sig1=("@method";req "@target-uri")'],
    ['covers its own parameters', 'sig1=("@method" "@signature-params")'],
    ['covers a component twice', 'sig1=("@method" "@method")'],
    ['covers a token', 'sig1=(method)'],
    ['is no list', 'sig1="@method"'],
    ['has another name', 'sig9=("@method" "@target-uri" "content-digest" "authorization")'],
    ['covers more than a reader would look through', `sig1=(${'"a" '.repeat(500).trim()})`],
    ['is longer than a field may be', `sig1=("@method");nonce="${'n'.repeat(5000)}"`],
    ['is rubbish', '((((((((((((((((((((('],
    ['is empty', ''],
  ]
  test.each(inputs)('%s', async (_, input) => {
    const given =
      /[;]/.test(input) && input.includes('nonce')
        ? input
        : `${input};created=${seconds};keyid="${keyId}";nonce="nonce-0001"`
    expect(await verdictOf(withFields(await signed(), { 'signature-input': given }))).toMatchObject(
      {
        ok: false,
      },
    )
  })
})

test('no change of a single character of its fields is taken', async () => {
  const message = await signed()
  const at = fc.tuple(
    fc.constantFrom('signature', 'signature-input', 'content-digest', 'authorization'),
    fc.nat(),
    fc.constantFrom(...'aZ0:;="()- ,\\'.split('')),
  )
  await fc.assert(
    fc.asyncProperty(at, async ([name, place, character]) => {
      const before = String(message.headers[name])
      const position = place % before.length
      const after = before.slice(0, position) + character + before.slice(position + 1)
      // Structured fields may be written with more or less space, and base64 with loose last bits.
      fc.pre(after.replaceAll(' ', '') !== before.replaceAll(' ', ''))
      const verdict = await verdictOf(withFields(message, { [name]: after }))
      if (verdict.ok) expect(meaningOf(name, after)).toEqual(meaningOf(name, before))
    }),
    { numRuns: 500 },
  )
})

// The label may change in both fields only, and the digest may name an algorithm that is passed over.
function meaningOf(name: string, text: string): unknown {
  if (name === 'authorization') return text
  const [, value] = /:([A-Za-z0-9+/=]+):/.exec(text) ?? []
  return name === 'signature-input' ? text : Buffer.from(value ?? '', 'base64').toString('hex')
}
