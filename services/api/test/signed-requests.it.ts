// Requests signed by RFC 9421, as partners send them and as others would like to.

import { createHmac, sign } from 'node:crypto'
import { contentDigest } from '@renkei/http-signature'
import { createSigner, httpbis } from 'http-message-signatures'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publicUrl, startTestApi, type TestApi } from './build-test-app.ts'
import { type Call, callApi, type TestAnswer } from './call-api.ts'
import type { Party } from './parties.ts'
import { sendRaw } from './raw-request.ts'
import { sampleReport } from './sample-report.ts'
import {
  addSigningKey,
  addStrictKey,
  newSigningKey,
  requestSigned,
  signedHeaders,
  type SigningKeyPair,
} from './signing-party.ts'

let api: TestApi
let second: TestApi
let mobile: Party
let fixed: Party
/** A key of `mobile` that works only with a signature. */
let strict: Party
let key: SigningKeyPair
let keyOfFixed: SigningKeyPair

const env = { RENKEI_AUTH_FAILURES_MAX: '1000000', RENKEI_SIGNING_KEYS_MAX: '2' }

beforeAll(async () => {
  api = await startTestApi({ env })
  second = await startTestApi({ env, beside: api })
  mobile = await api.addParty('example-mobile', 'carrier')
  fixed = await api.addParty('example-fixed', 'carrier')
  strict = await addStrictKey(api, mobile, ['reports:read', 'reports:write'])
  key = await addSigningKey(api, mobile)
  keyOfFixed = await addSigningKey(api, fixed)
})
afterAll(async () => {
  await second.stopServer()
  await api.stop()
})

const reports = '/v1/reports'
const post = (): Call => ({ json: sampleReport('example-mobile') })

describe('a key that requires signatures', () => {
  test('works signed, with and without a body', async () => {
    expect(await requestSigned(strict, key, `${reports}?limit=1`)).toMatchObject({ status: 200 })
    expect(await requestSigned(strict, key, reports, post())).toMatchObject({ status: 201 })
  })

  test('does not work without a signature, and says no more than for any other key', async () => {
    const unsigned = await strict.request(reports)
    const unknown = await api.request(reports, { headers: { authorization: 'Bearer rk_1' } })
    expect(unsigned).toMatchObject({ status: 401 })
    const { requestId: _, ...said } = unsigned.body
    const { requestId: __, ...saidOfUnknown } = unknown.body
    expect(said).toEqual(saidOfUnknown)
  })

  test('does not work for opening the feed without one', async () => {
    expect(await strict.request('/v1/feed')).toMatchObject({ status: 401 })
  })
})

describe('a foreign client, with the library alone', () => {
  test('is understood', async () => {
    const body = JSON.stringify(sampleReport('example-mobile'))
    const signed = await httpbis.signMessage(
      {
        key: createSigner(key.privateKey, 'ed25519', key.keyId),
        fields: ['@target-uri', 'content-digest', 'authorization', '@method', 'content-type'],
        params: ['nonce', 'keyid', 'created', 'expires'],
        paramValues: { nonce: 'a foreign nonce'.replaceAll(' ', '-') },
      },
      {
        method: 'POST',
        url: `${publicUrl}${reports}`,
        headers: {
          authorization: `Bearer ${strict.apiKey}`,
          'content-type': 'application/json',
          'content-digest': contentDigest(Buffer.from(body), 'sha-512'),
        },
      },
    )
    const answer = await api.request(reports, {
      body,
      headers: signed.headers,
    })
    expect(answer).toMatchObject({ status: 201 })
  })
})

describe('a signature that is not required', () => {
  test('is verified all the same', async () => {
    expect(await requestSigned(mobile, key, reports)).toMatchObject({ status: 200 })
    const headers = await signedHeaders(mobile, key, reports)
    const answer = await mobile.request(`${reports}?limit=1`, { headers })
    expect(answer).toMatchObject({ status: 401 })
  })

  test('does not hide that a scope is missing', async () => {
    expect(await requestSigned(mobile, key, '/v1/keys')).toMatchObject({ status: 403 })
  })
})

describe('refused is', () => {
  const refused = async (answer: Promise<TestAnswer>) => {
    const { status, body } = await answer
    expect({ status, body }).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
  }

  test('a second use of a nonce, at the same moment, on two processes', async () => {
    for (let time = 0; time < 5; time += 1) {
      const headers = await signedHeaders(strict, key, reports)
      const there = (at: TestApi) => callApi(at.url, reports, { headers })
      const answers = await Promise.all([there(api), there(second), there(api), there(second)])
      const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b)
      expect(statuses).toEqual([200, 401, 401, 401])
    }
  })

  test('a body that was changed, before anybody reads it', async () => {
    const call = post()
    const headers = await signedHeaders(strict, key, reports, { call })
    const text = JSON.stringify(call.json)
    for (const body of [text.replace('"', "'"), `${text} `, '{', text.slice(0, -2), '']) {
      await refused(strict.request(reports, { method: 'POST', body, headers }))
    }
    // None of them has used up the nonce.
    expect(await strict.request(reports, { body: text, headers })).toMatchObject({ status: 201 })
  })

  test('a body whose digest was taken away, or was never there', async () => {
    const call = post()
    const { 'content-digest': _, ...headers } = await signedHeaders(strict, key, reports, { call })
    await refused(strict.request(reports, { ...call, headers }))
    const ofNothing = await signedHeaders(strict, key, reports, { call: { method: 'POST' } })
    await refused(strict.request(reports, { ...call, headers: ofNothing }))
  })

  test('what was signed for another address, method or host', async () => {
    await refused(
      strict.request(`${reports}?limit=2`, {
        headers: await signedHeaders(strict, key, `${reports}?limit=1`),
      }),
    )
    await refused(
      strict.request(reports, {
        method: 'POST',
        headers: await signedHeaders(strict, key, reports),
      }),
    )
    const elsewhere = await httpbis.signMessage(
      {
        key: createSigner(key.privateKey, 'ed25519', key.keyId),
        fields: ['@method', '@target-uri', 'authorization'],
        params: ['created', 'keyid', 'nonce'],
        paramValues: { nonce: 'nonce-elsewhere' },
      },
      {
        method: 'GET',
        url: `${api.url}${reports}`,
        headers: { authorization: `Bearer ${strict.apiKey}` },
      },
    )
    await refused(api.request(reports, { headers: elsewhere.headers }))
  })

  test('what was signed with another API key', async () => {
    const headers = await signedHeaders(mobile, key, reports)
    const authorization = `Bearer ${strict.apiKey}`
    await refused(api.request(reports, { headers: { ...headers, authorization } }))
  })

  test('a key of another organisation, one that is unknown, has ended, or is revoked', async () => {
    await refused(requestSigned(strict, keyOfFixed, reports))
    await refused(requestSigned(strict, newSigningKey(), reports))
    const isp = await api.addParty('example-isp', 'carrier')
    const past = await addSigningKey(api, isp, { expiresAt: new Date(Date.now() - 1000) })
    await refused(requestSigned(isp, past, reports))
    const admin = await api.addParty('example-isp', 'carrier', ['admin'])
    const leaked = await addSigningKey(api, isp)
    expect(await requestSigned(isp, leaked, reports)).toMatchObject({ status: 200 })
    const revoke = { method: 'DELETE' }
    const answer = await admin.request(`/v1/signing-keys/${leaked.keyId}`, revoke)
    expect(answer).toMatchObject({ status: 204 })
    await refused(requestSigned(isp, leaked, reports))
  })

  test('another private key under the name of ours', async () => {
    const { privateKey } = newSigningKey()
    await refused(requestSigned(strict, { keyId: key.keyId, privateKey }, reports))
  })

  test.each([-301_000, 301_000])('what was made %i ms from now', async (ms) => {
    const created = new Date(Date.now() + ms)
    await refused(
      strict.request(reports, {
        headers: await signedHeaders(strict, key, reports, { created }),
      }),
    )
  })

  test('an HMAC made with the public key', async () => {
    const fields = ['@method', '@target-uri', 'authorization']
    const headers = { authorization: `Bearer ${strict.apiKey}` }
    for (const alg of ['hmac-sha256', 'ed25519']) {
      const forged = await httpbis.signMessage(
        {
          key: {
            id: key.keyId,
            alg,
            sign: async (data) => createHmac('sha512', key.bytes).update(data).digest(),
          },
          fields,
          params: ['created', 'keyid', 'nonce', 'alg'],
          paramValues: { nonce: `nonce-${alg}` },
        },
        { method: 'GET', url: `${publicUrl}${reports}`, headers },
      )
      await refused(api.request(reports, { headers: forged.headers }))
    }
  })

  test('a signature over nothing', async () => {
    const created = Math.floor(Date.now() / 1000)
    const params = `();created=${created};keyid="${key.keyId}";nonce="nonce-empty"`
    const base = Buffer.from(`"@signature-params": ${params}`)
    const signature = `sig1=:${sign(null, base, key.privateKey).toString('base64')}:`
    await refused(
      strict.request(reports, {
        headers: { 'signature-input': `sig1=${params}`, signature },
      }),
    )
  })

  test.each([
    ['no bytes', 'sig1=::'],
    ['no base64', 'sig1=:%%%%:'],
    ['rubbish', '\u00ff\u00fe(((;;;'],
    ['more than fits', `sig1=:${'A'.repeat(6000)}:`],
    ['nothing', ''],
  ])('a Signature of %s', async (_, signature) => {
    const headers = await signedHeaders(strict, key, reports)
    await refused(strict.request(reports, { headers: { ...headers, signature } }))
  })

  test('two signatures, although both hold', async () => {
    const [one, two] = [
      await signedHeaders(strict, key, reports),
      await signedHeaders(strict, key, reports, { label: 'sig2' }),
    ]
    const headers = {
      ...one,
      'signature-input': `${one['signature-input']}, ${two['signature-input']}`,
      signature: `${one['signature']}, ${two['signature']}`,
    }
    await refused(strict.request(reports, { headers }))
  })

  test.each(['signature', 'signature-input', 'authorization'])('%s on two lines', async (name) => {
    const headers = await signedHeaders(strict, key, reports)
    const lines = Object.entries({ ...headers, [name]: headers[name] ?? '' }).flatMap(
      ([field, value]) => {
        const line = `${field}: ${value}`
        return field === name ? [line, line] : [line]
      },
    )
    const head = [`GET ${reports} HTTP/1.1`, 'host: x', 'connection: close', ...lines]
    const answer = await sendRaw(api.url, `${head.join('\r\n')}\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 401 /)
  })

  test('fields longer than a server reads, without a word about the key', async () => {
    const head = [
      `GET ${reports} HTTP/1.1`,
      'host: x',
      'connection: close',
      `authorization: Bearer ${strict.apiKey}`,
      `signature-input: sig1=("@method");nonce="${'n'.repeat(100_000)}"`,
    ]
    const answer = await sendRaw(api.url, `${head.join('\r\n')}\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(answer).not.toContain('example-mobile')
  })
})
