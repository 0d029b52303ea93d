// Who sends wrong credentials waits; whose key is right does not, whoever else guesses at it. The
// test stands where a trusted proxy stands, so that it can come from many addresses.

import { createKey, revokeKey } from '@renkei/db'
import { startTcpProxy, waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { TestAnswer } from './call-api.ts'
import type { Party } from './parties.ts'

const failuresMax = 4
const env = {
  RENKEI_AUTH_FAILURES_MAX: String(failuresMax),
  RENKEI_AUTH_LOCK_SECONDS: '300',
  RENKEI_KEY_CACHE_MS: '0',
  RENKEI_KEY_USE_FLUSH_MS: '100',
}
let api: TestApi
let mobile: Party

beforeAll(async () => {
  api = await startTestApi({ env: { ...env, RENKEI_TRUSTED_PROXIES: '127.0.0.1/32' } })
  mobile = await api.addParty('example-mobile', 'carrier')
})
afterAll(() => api.stop())

let addresses = 0
const newAddress = () => `198.51.100.${(addresses += 1)}`

function from(address: string, apiKey: string, at = api): Promise<TestAnswer> {
  const headers = { authorization: `Bearer ${apiKey}`, 'x-forwarded-for': address }
  return at.request('/v1/reports?limit=1', { headers })
}

const guess = (apiKey: string, n = 0) => `${apiKey.slice(0, -6)}${String(n).padStart(6, 'x')}`

async function guesses(address: string, times: number, at = mobile.apiKey): Promise<number[]> {
  const statuses: number[] = []
  for (let n = 0; n < times; n += 1) {
    statuses.push((await from(address, guess(at, n))).status)
  }
  return statuses
}

describe('an address that sends wrong keys', () => {
  test('is refused with 429 and a time to come back, also with the right key', async () => {
    const address = newAddress()
    const statuses = await guesses(address, failuresMax + 2)
    expect(statuses).toEqual([401, 401, 401, 401, 429, 429])
    const answer = await from(address, mobile.apiKey)
    expect(answer).toMatchObject({ status: 429, body: { code: 'too-many-failures' } })
    const wait = Number(answer.headers.get('retry-after'))
    expect(wait).toBeGreaterThan(290)
    expect(wait).toBeLessThanOrEqual(300)
  })

  test('does not keep the key from working at its own address', async () => {
    for (let n = 0; n < failuresMax + 1; n += 1) await guesses(newAddress(), failuresMax + 1)
    expect((await from(newAddress(), mobile.apiKey)).status).toBe(200)
    expect((await from('2001:db8:1::1', mobile.apiKey)).status).toBe(200)
  })

  test('does not stop a key that has worked from there', async () => {
    const address = newAddress()
    const { apiKey } = await api.addParty('example-fixed', 'carrier')
    expect((await from(address, apiKey)).status).toBe(200)
    expect(await guesses(address, failuresMax + 1, apiKey)).toContain(429)
    expect((await from(address, apiKey)).status).toBe(200)
    expect((await from(address, guess(apiKey))).status).toBe(429)
  })

  test('is the whole /64 of an IPv6 host, and no neighbour of it', async () => {
    await guesses('2001:db8:7:7::1', failuresMax)
    expect((await from('2001:db8:7:7:ffff::2', mobile.apiKey)).status).toBe(429)
    expect((await from('2001:db8:7:8::1', mobile.apiKey)).status).toBe(200)
  })
})

test('nothing tells whether a key is unknown, wrong, expired, revoked or malformed', async () => {
  const make = (expiresAt: Date | null) =>
    createKey(api.db, {
      organisationId: 'example-mobile',
      label: 'ends',
      scopes: ['reports:read'],
      expiresAt,
    })
  const revoked = await make(null)
  await revokeKey(api.db, revoked.keyId, new Date())
  const keys = {
    unknown: `rk_${'0'.repeat(16)}_${'A'.repeat(43)}`,
    wrong: guess((await make(null)).apiKey),
    expired: (await make(new Date(Date.now() - 1000))).apiKey,
    revoked: revoked.apiKey,
    malformed: 'rk_1',
  }
  const said = await Promise.all(
    Object.values(keys).map(async (apiKey) => {
      const address = newAddress()
      const answers: unknown[] = []
      for (let n = 0; n < failuresMax + 1; n += 1) {
        const { status, body, headers } = await from(address, apiKey)
        const { requestId: _, ...rest } = body
        answers.push([status, rest, headers.get('www-authenticate'), [...headers.keys()]])
      }
      return JSON.stringify(answers)
    }),
  )
  expect(new Set(said).size).toBe(1)
})

test('who is locked is refused before the database is asked', async () => {
  const proxy = await startTcpProxy(api.databaseUrl)
  const cut = await startTestApi({ beside: api, databaseUrl: () => proxy.url, env })
  try {
    for (let n = 0; n < failuresMax; n += 1) await from('', guess(mobile.apiKey, n), cut)
    await proxy.refuse()
    expect((await from('', guess(mobile.apiKey), cut)).status).toBe(429)
  } finally {
    await proxy.restore()
    await cut.stopServer()
    await proxy.close()
  }
})

test('a database that is away is nobody’s failure', async () => {
  const proxy = await startTcpProxy(api.databaseUrl)
  const cut = await startTestApi({ beside: api, databaseUrl: () => proxy.url, env })
  try {
    await proxy.refuse()
    for (let n = 0; n < failuresMax + 1; n += 1) {
      expect((await from('', mobile.apiKey, cut)).status).toBe(503)
    }
    await proxy.restore()
    await waitFor(async () => (await from('', mobile.apiKey, cut)).status === 200)
  } finally {
    await proxy.restore()
    await cut.stopServer()
    await proxy.close()
  }
})

describe('X-Forwarded-For', () => {
  test('of a trusted proxy is where a key was used from', async () => {
    const admin = await api.addParty('example-admin', 'carrier', ['admin'])
    await from('203.0.113.77', admin.apiKey)
    const used = () =>
      from('203.0.113.77', admin.apiKey).then(async () => {
        const headers = { 'x-forwarded-for': '203.0.113.77' }
        return (await admin.request(`/v1/keys/${admin.keyId}`, { headers })).body.lastUsedAddress
      })
    await waitFor(async () => (await used()) === '203.0.113.77')
  })

  test('names nobody beyond the first address that is no proxy of ours', async () => {
    const forged = newAddress()
    for (let n = 0; n < failuresMax; n += 1) {
      await from(`${newAddress()}, ${forged}`, guess(mobile.apiKey, n))
    }
    expect((await from(`${newAddress()}, ${forged}`, mobile.apiKey)).status).toBe(429)
  })

  test('of anybody else is not believed', async () => {
    const open = await startTestApi({ beside: api, env })
    for (let n = 0; n < failuresMax; n += 1) {
      await from(newAddress(), guess(mobile.apiKey, n), open)
    }
    expect((await from(newAddress(), mobile.apiKey, open)).status).toBe(429)
    await open.stopServer()
  })
})
