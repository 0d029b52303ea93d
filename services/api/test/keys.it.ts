// An organisation administers its own API keys, and nobody else's.

import { randomBytes } from 'node:crypto'
import { createKey, type Scope } from '@renkei/db'
import { waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'

let api: TestApi
let admin: Party
let other: Party

beforeAll(async () => {
  api = await startTestApi({
    env: { RENKEI_KEY_CACHE_MS: '50', RENKEI_KEY_USE_FLUSH_MS: '100', RENKEI_KEYS_MAX: '20' },
  })
  admin = await api.addParty('example-mobile', 'carrier', ['admin'])
  other = await api.addParty('example-fixed', 'carrier', ['admin'])
})
afterAll(() => api.stop())

const label = 'the report system'

async function make(members: object = {}): Promise<{ keyId: string; apiKey: string }> {
  const json = { label, scopes: ['reports:read'], ...members }
  const { status, body } = await admin.request('/v1/keys', { json })
  expect({ status, body }).toMatchObject({ status: 201 })
  return body
}

const withKey = async ({ apiKey }: { apiKey: string }) => {
  const headers = { authorization: `Bearer ${apiKey}` }
  return (await api.request('/v1/reports', { headers })).status
}

const actionsOn = async (keyId: string) => {
  const rows = await api.db
    .selectFrom('audit_entries')
    .select(['action', 'object_owner', 'key_id'])
    .where('object_type', '=', 'key')
    .where('chain', '=', 'write')
    .where((eb) => eb(eb.val(keyId), '=', eb.fn.any('object_ids')))
    .orderBy('seq')
    .execute()
  return rows.map(({ action, object_owner: owner, key_id: by }) => [action, owner, by])
}

describe('a new key', () => {
  test('works, is shown once, and is on record', async () => {
    const made = await make()
    expect(await withKey(made)).toBe(200)
    expect(made).toMatchObject({ label, state: 'live', scopes: ['reports:read'] })
    const read = await admin.request(`/v1/keys/${made.keyId}`)
    expect(read).toMatchObject({ status: 200, body: { keyId: made.keyId, state: 'live' } })
    expect(read.text).not.toContain('rk_')
    expect(await actionsOn(made.keyId)).toEqual([['key.created', 'example-mobile', admin.keyId]])
  })

  test('ends when it is told to', async () => {
    const expiresAt = new Date(Date.now() + 1500).toISOString()
    const made = await make({ expiresAt })
    expect(await withKey(made)).toBe(200)
    await waitFor(async () => (await withKey(made)) === 401)
    const { body } = await admin.request(`/v1/keys/${made.keyId}`)
    expect(body).toMatchObject({ state: 'expired', expiresAt })
  })

  const faults: readonly [string, object, string][] = [
    ['a scope that there is none of', { scopes: ['reports:delete'] }, 'enum'],
    ['no scope', { scopes: [] }, 'minItems'],
    ['a scope twice', { scopes: ['feed:read', 'feed:read'] }, 'uniqueItems'],
    ['no label', { label: '' }, 'minLength'],
    ['a label without end', { label: 'x'.repeat(201) }, 'maxLength'],
    ['an end in the past', { expiresAt: '2020-01-01T00:00:00Z' }, 'future'],
    ['an end that is no instant', { expiresAt: 'tomorrow' }, 'format'],
    ['a certificate in hex', { certificateSha256: 'ab'.repeat(32) }, 'pattern'],
    ['another organisation', { organisationId: 'example-fixed' }, 'additionalProperties'],
  ]
  test.each(faults)('with %s is refused', async (_, members, rule) => {
    const json = { label, scopes: ['reports:read'], ...members }
    const answer = await admin.request('/v1/keys', { json })
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid-credential' } })
    expect(answer.body.errors).toMatchObject([{ rule }])
  })

  test('beyond the limit of the organisation is refused', async () => {
    const many = await api.addParty('example-many', 'carrier', ['admin'])
    const json = { label, scopes: ['feed:read'] }
    const answers = await Promise.all(
      Array.from({ length: 25 }, () => many.request('/v1/keys', { json })),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 201)).toHaveLength(19)
    expect(statuses.filter((status) => status === 429)).toHaveLength(6)
  })
})

describe('rotation', () => {
  test('gives a key with the same rights at once, and the old one ends after the overlap', async () => {
    const old = await make({ scopes: ['reports:read', 'feed:read'] })
    const json = { overlapHours: 0.0005 }
    const { status, body } = await admin.request(`/v1/keys/${old.keyId}/rotate`, { json })
    expect({ status, body }).toMatchObject({
      status: 201,
      body: { scopes: ['reports:read', 'feed:read'], label, state: 'live', expiresAt: null },
    })
    expect(await withKey(body)).toBe(200)
    await waitFor(async () => (await withKey(old)) === 401)
    expect(await withKey(body)).toBe(200)
    const { body: ended } = await admin.request(`/v1/keys/${old.keyId}`)
    expect(ended).toMatchObject({ state: 'expired', replacedBy: body.keyId })
    expect((await actionsOn(old.keyId)).at(-1)).toEqual([
      'key.rotated',
      'example-mobile',
      admin.keyId,
    ])
  })

  test('leaves both working for a day unless told otherwise', async () => {
    const old = await make()
    const { body } = await admin.request(`/v1/keys/${old.keyId}/rotate`, { json: {} })
    expect([await withKey(old), await withKey(body)]).toEqual([200, 200])
    const { expiresAt } = (await admin.request(`/v1/keys/${old.keyId}`)).body
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(23.9 * 3_600_000)
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThan(24.1 * 3_600_000)
  })

  test('gives a key with an end as long a life again', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
    const old = await make({ expiresAt })
    const { body } = await admin.request(`/v1/keys/${old.keyId}/rotate`, { json: {} })
    expect(Math.abs(Date.parse(body.expiresAt) - Date.parse(expiresAt))).toBeLessThan(60_000)
    // The overlap does not make the old one live longer than it was to.
    const { body: before } = await admin.request(`/v1/keys/${old.keyId}`)
    expect(before.expiresAt).toBe(expiresAt)
  })

  test('keeps what the key asks for, unless told otherwise', async () => {
    const certificateSha256 = randomBytes(32).toString('base64url')
    const old = await make({ signatureRequired: true, certificateSha256 })
    const same = await admin.request(`/v1/keys/${old.keyId}/rotate`, { json: {} })
    expect(same.body).toMatchObject({ signatureRequired: true, certificateSha256 })
    const json = { certificateSha256: null, label: 'renamed' }
    const changed = await admin.request(`/v1/keys/${same.body.keyId}/rotate`, { json })
    expect(changed.body).toMatchObject({
      signatureRequired: true,
      certificateSha256: null,
      label: 'renamed',
    })
  })

  test('of one key happens once, also when it is asked for twice at the same moment', async () => {
    const old = await make()
    const rotate = () => admin.request(`/v1/keys/${old.keyId}/rotate`, { json: {} })
    const statuses = (await Promise.all([rotate(), rotate()])).map(({ status }) => status)
    expect(statuses.toSorted((a, b) => a - b)).toEqual([201, 409])
  })

  test('again and again ends when too many keys wait for their end', async () => {
    const restless = await api.addParty('example-restless', 'carrier', ['admin'])
    let { keyId } = restless
    for (let times = 0; times < 39; times += 1) {
      const answer = await restless.request(`/v1/keys/${keyId}/rotate`, { json: {} })
      expect(answer).toMatchObject({ status: 201 })
      keyId = answer.body.keyId
    }
    const answer = await restless.request(`/v1/keys/${keyId}/rotate`, { json: {} })
    expect(answer).toMatchObject({ status: 429, body: { code: 'limit-reached' } })
  })

  test.each([[{ overlapHours: 169 }], [{ overlapHours: -1 }], [{ overlapHours: '24' }]])(
    'with %j is refused',
    async (json) => {
      const { keyId } = await make()
      const answer = await admin.request(`/v1/keys/${keyId}/rotate`, { json })
      expect(answer).toMatchObject({ status: 422 })
      await admin.request(`/v1/keys/${keyId}`, { method: 'DELETE' })
    },
  )
})

describe('revoking', () => {
  test('ends a key, and a second time there is nothing to end', async () => {
    const made = await make()
    const revoke = () => admin.request(`/v1/keys/${made.keyId}`, { method: 'DELETE' })
    expect(await revoke()).toMatchObject({ status: 204 })
    await waitFor(async () => (await withKey(made)) === 401)
    expect(await revoke()).toMatchObject({ status: 409 })
    expect((await actionsOn(made.keyId)).map(([action]) => action)).toEqual([
      'key.created',
      'key.revoked',
    ])
  })

  test('the last admin key is refused; with another it is not', async () => {
    const only = await api.addParty('example-lonely', 'carrier', ['admin'])
    const revoke = (keyId: string) => only.request(`/v1/keys/${keyId}`, { method: 'DELETE' })
    expect(await revoke(only.keyId)).toMatchObject({ status: 409 })
    const json = { label, scopes: ['admin'] }
    await only.request('/v1/keys', { json })
    expect(await revoke(only.keyId)).toMatchObject({ status: 204 })
  })

  test('the successor of the last admin key is refused: the old one will be gone soon', async () => {
    const only = await api.addParty('example-rotating', 'carrier', ['admin'])
    const { body } = await only.request(`/v1/keys/${only.keyId}/rotate`, { json: {} })
    const answer = await only.request(`/v1/keys/${body.keyId}`, { method: 'DELETE' })
    expect(answer).toMatchObject({ status: 409, body: { code: 'credential-conflict' } })
  })

  test('two admin keys cannot end each other at the same moment', async () => {
    const one = await api.addParty('example-duel', 'carrier', ['admin'])
    const two = await api.addParty('example-duel', 'carrier', ['admin'])
    const revoke = (by: Party, whom: Party) =>
      by.request(`/v1/keys/${whom.keyId}`, { method: 'DELETE' })
    const answers = await Promise.all([revoke(one, two), revoke(two, one)])
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b)
    expect(statuses[0]).toBe(204)
    expect([401, 409]).toContain(statuses[1])
  })
})

describe('a key that was revoked a moment ago', () => {
  test('makes no other key, although it is still believed elsewhere', async () => {
    const slow = await startTestApi({ beside: api, env: { RENKEI_KEY_CACHE_MS: '60000' } })
    const leaked = await api.addParty('example-mobile', 'carrier', ['admin'])
    const there = leaked.at(slow)
    const json = { label, scopes: ['admin'] }
    expect(await there.request('/v1/keys', { json })).toMatchObject({ status: 201 })
    await admin.request(`/v1/keys/${leaked.keyId}`, { method: 'DELETE' })
    expect(await there.request('/v1/keys')).toMatchObject({ status: 200 })
    expect(await there.request('/v1/keys', { json })).toMatchObject({ status: 401 })
    await slow.stopServer()
  })
})

describe('the keys of another organisation', () => {
  test('are not there, whatever one tries', async () => {
    const made = await make()
    const one = `/v1/keys/${made.keyId}`
    const tries = await Promise.all([
      other.request(one),
      other.request(one, { method: 'DELETE' }),
      other.request(`${one}/rotate`, { json: {} }),
      other.request('/v1/keys/0000000000000000'),
    ])
    expect(tries.map(({ status }) => status)).toEqual([404, 404, 404, 404])
    expect(new Set(tries.map(({ body }) => body.detail)).size).toBe(1)
    const { body } = await other.request('/v1/keys')
    expect(body.items.map(({ keyId }: { keyId: string }) => keyId)).toEqual([other.keyId])
    expect(await withKey(made)).toBe(200)
  })

  test('are not made by an admin of one', async () => {
    const json = { label, scopes: ['admin'], organisationId: 'example-fixed' }
    expect(await admin.request('/v1/keys', { json })).toMatchObject({ status: 422 })
  })

  test('are not needed by those who have no admin key', async () => {
    const reader = await api.addParty('example-mobile', 'carrier')
    expect(await reader.request('/v1/keys')).toMatchObject({ status: 403 })
    const json = { label, scopes: ['reports:read'] }
    expect(await reader.request('/v1/keys', { json })).toMatchObject({ status: 403 })
  })
})

describe('the list', () => {
  test('tells when and from where a key was used, and in pages', async () => {
    const user = await api.addParty('example-lister', 'carrier', ['admin'])
    const scopes: Scope[] = ['reports:read']
    const key = { organisationId: 'example-lister', label: 'idle', scopes, expiresAt: null }
    const idle = await createKey(api.db, key)
    const items = async () => {
      const first = (await user.request('/v1/keys?limit=1')).body
      const second = (await user.request(`/v1/keys?limit=1&cursor=${first.next}`)).body
      expect(second.next).toBeUndefined()
      return [...first.items, ...second.items]
    }
    const find = async (keyId: string) => (await items()).find((item) => item.keyId === keyId)
    await waitFor(async () => (await find(user.keyId)).lastUsedAt !== null)
    expect(await find(user.keyId)).toMatchObject({ lastUsedAddress: '127.0.0.1' })
    expect(await find(idle.keyId)).toMatchObject({ lastUsedAt: null, lastUsedAddress: null })
  })
})
