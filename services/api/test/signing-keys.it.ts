// Signing keys are registered by those who hold them, and end.

import { findSigningKey } from '@renkei/db'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { TestAnswer } from './call-api.ts'
import type { Party } from './parties.ts'
import {
  addStrictKey,
  newSigningKey,
  requestSigned,
  signedHeaders,
  type SigningKeyPair,
} from './signing-party.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

const base = '/v1/signing-keys'
let organisations = 0

async function newAdmin(): Promise<Party> {
  organisations += 1
  return api.addParty(`example-${organisations}`, 'carrier', ['admin'])
}

function register(
  party: Party,
  key: SigningKeyPair,
  { by = key, members = {} }: { by?: SigningKeyPair; members?: object } = {},
): Promise<TestAnswer> {
  return requestSigned(party, by, base, { json: { label: 'hsm 1', jwk: key.jwk, ...members } })
}

describe('a key that signs its own registration', () => {
  test('is registered under its thumbprint, shown and on record', async () => {
    const admin = await newAdmin()
    const key = newSigningKey()
    const { status, body, headers } = await register(admin, key)
    expect({ status, body }).toMatchObject({
      status: 201,
      body: { signingKeyId: key.keyId, jwk: key.jwk, state: 'live', label: 'hsm 1' },
    })
    expect(await admin.request(headers.get('location') ?? '')).toMatchObject({ status: 200 })
    expect((await admin.request(base)).body.items).toMatchObject([{ signingKeyId: key.keyId }])
    const entries = await api.db
      .selectFrom('audit_entries')
      .select('action')
      .where('object_owner', '=', admin.organisationId)
      .where('chain', '=', 'write')
      .execute()
    expect(entries).toEqual([{ action: 'signingKey.registered' }])
  })

  test('is registered as PEM, too', async () => {
    const admin = await newAdmin()
    const key = newSigningKey()
    const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key.bytes])
    const pem = `-----BEGIN PUBLIC KEY-----\n${spki.toString('base64')}\n-----END PUBLIC KEY-----\n`
    const json = { label: 'hsm 1', pem }
    expect(await requestSigned(admin, key, base, { json })).toMatchObject({
      status: 201,
      body: { signingKeyId: key.keyId },
    })
  })
})

describe('a registration is refused', () => {
  test('that is not signed, or signed by another key', async () => {
    const admin = await newAdmin()
    const key = newSigningKey()
    const json = { label: 'hsm 1', jwk: key.jwk }
    expect(await admin.request(base, { json })).toMatchObject({ status: 401 })
    const stranger = { ...newSigningKey(), keyId: key.keyId }
    expect(await register(admin, key, { by: stranger })).toMatchObject({ status: 401 })
    expect(await register(admin, key, { by: newSigningKey() })).toMatchObject({ status: 401 })
    expect(await findSigningKey(api.db, key.keyId)).toBeUndefined()
  })

  test('that was sent before, also when the key has been revoked since', async () => {
    const admin = await newAdmin()
    const key = newSigningKey()
    const call = { json: { label: 'hsm 1', jwk: key.jwk } }
    const headers = await signedHeaders(admin, key, base, { call })
    expect(await admin.request(base, { ...call, headers })).toMatchObject({ status: 201 })
    expect(await admin.request(base, { ...call, headers })).toMatchObject({ status: 401 })
    const one = `${base}/${key.keyId}`
    expect(await admin.request(one, { method: 'DELETE' })).toMatchObject({ status: 204 })
    expect(await register(admin, key)).toMatchObject({ status: 401 })
    expect(await register(await newAdmin(), key)).toMatchObject({ status: 401 })
  })

  test('of a third key while two are live', async () => {
    const admin = await newAdmin()
    const [first, second, third] = [newSigningKey(), newSigningKey(), newSigningKey()]
    expect(await register(admin, first)).toMatchObject({ status: 201 })
    expect(await register(admin, second)).toMatchObject({ status: 201 })
    expect(await register(admin, third)).toMatchObject({ status: 429 })
    await admin.request(`${base}/${first.keyId}`, { method: 'DELETE' })
    expect(await register(admin, third)).toMatchObject({ status: 201 })
  })

  const d = newSigningKey().privateKey.export({ format: 'jwk' }).d
  const faults: readonly [string, object, string][] = [
    ['a private key', { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43), d } }, 'private'],
    ['a weak key', { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) } }, 'weak'],
    ['another kind of key', { jwk: { kty: 'OKP', crv: 'X25519', x: 'A'.repeat(43) } }, 'enum'],
    ['no key', { jwk: undefined }, 'required'],
    ['two keys', { pem: 'x' }, 'oneOf'],
    ['an end in the past', { expiresAt: '2020-01-01T00:00:00Z' }, 'future'],
  ]
  test.each(faults)('with %s', async (_, members, rule) => {
    const answer = await register(await newAdmin(), newSigningKey(), { members })
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid-credential' } })
    expect(answer.body.errors.map((fault: { rule: string }) => fault.rule)).toContain(rule)
  })

  test('by those who are no admin', async () => {
    const party = await api.addParty('example-1', 'carrier')
    expect(await register(party, newSigningKey())).toMatchObject({ status: 403 })
  })
})

describe('with an API key that requires signatures', () => {
  test('a new key alone is not enough: a thief of the API key has one, too', async () => {
    const strict = await addStrictKey(api, await newAdmin(), ['admin'])
    expect(await register(strict, newSigningKey())).toMatchObject({ status: 401 })
  })

  test('a registered key signs beside the new one', async () => {
    const admin = await newAdmin()
    const [old, fresh] = [newSigningKey(), newSigningKey()]
    await register(admin, old)
    const strict = await addStrictKey(api, admin, ['admin'])
    const call = { json: { label: 'hsm 2', jwk: fresh.jwk } }
    const one = await signedHeaders(strict, old, base, { call, label: 'old' })
    const two = await signedHeaders(strict, fresh, base, { call, label: 'new' })
    const headers = {
      ...one,
      'signature-input': `${one['signature-input']}, ${two['signature-input']}`,
      signature: `${one['signature']}, ${two['signature']}`,
    }
    expect(await strict.request(base, { ...call, headers })).toMatchObject({ status: 201 })
  })
})

test('the keys of another organisation are not there', async () => {
  const [admin, other] = [await newAdmin(), await newAdmin()]
  const key = newSigningKey()
  await register(admin, key)
  const one = `${base}/${key.keyId}`
  expect(await other.request(one)).toMatchObject({ status: 404 })
  expect(await other.request(one, { method: 'DELETE' })).toMatchObject({ status: 404 })
  expect((await other.request(base)).body.items).toEqual([])
  expect(await admin.request(one)).toMatchObject({ body: { state: 'live' } })
})

test('the last use of a key is told', async () => {
  const env = { RENKEI_KEY_USE_FLUSH_MS: '100' }
  const flushing = await startTestApi({ beside: api, env })
  const admin = await newAdmin()
  const key = newSigningKey()
  await register(admin, key)
  const one = `${base}/${key.keyId}`
  expect((await admin.request(one)).body.lastUsedAt).toBeNull()
  await requestSigned(admin.at(flushing), key, base)
  await flushing.stopServer()
  const { body } = await admin.request(one)
  expect(Math.abs(Date.now() - Date.parse(body.lastUsedAt))).toBeLessThan(60_000)
})
