import { createKey, revokeKey } from '@renkei/db'
import { waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { sampleReport } from './sample-report.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi({ env: { RENKEI_KEY_CACHE_MS: '50' } })
})
afterAll(() => api.stop())

const withKey = (authorization: string) =>
  api.request('/v1/reports', { headers: { authorization } })

const keyed = [
  ['GET', '/v1/reports'],
  ['POST', '/v1/reports'],
  ['POST', '/v1/reports/batch'],
  ['POST', '/v1/reports/validate'],
  ['GET', '/v1/events'],
  ['GET', '/v1/snapshot'],
  ['GET', '/v1/feed'],
  ['GET', '/v1/subscriptions'],
  ['POST', '/v1/subscriptions'],
] as const

describe('without a usable key', () => {
  test.each(keyed)('%s %s is refused with 401', async (method, path) => {
    const answer = await api.request(path, { method, ...(method === 'POST' && { json: {} }) })
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
    expect(answer.headers.get('www-authenticate')).toContain('Bearer')
  })

  test('a wrong secret, an unknown key and junk are told the same', async () => {
    const { apiKey } = await api.addParty('example-mobile', 'carrier')
    const wrong = [
      `Bearer ${apiKey.slice(0, -1)}${apiKey.endsWith('A') ? 'B' : 'A'}`,
      `Bearer rk_${'0'.repeat(16)}_${'A'.repeat(43)}`,
      'Bearer',
      'Bearer ',
      `Basic ${Buffer.from(`x:${apiKey}`).toString('base64')}`,
      `Bearer ${apiKey} ${apiKey}`,
      `Bearer ${'x'.repeat(5000)}`,
      apiKey,
    ]
    const answers = await Promise.all(wrong.map(withKey))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]))
    expect(new Set(answers.map(({ body }) => body.detail)).size).toBe(1)
    expect((await withKey(`bearer ${apiKey}`)).status).toBe(200)
  })

  test('the body is not even looked at', async () => {
    const answer = await api.request('/v1/reports', { body: '{"not json' })
    expect(answer.status).toBe(401)
  })
})

describe('a key', () => {
  test('that was revoked is refused, at the latest after the time that keys are believed', async () => {
    const party = await api.addParty('example-fixed', 'carrier')
    expect(await party.request('/v1/reports')).toMatchObject({ status: 200 })
    await revokeKey(api.db, party.keyId, new Date())
    await waitFor(async () => (await party.request('/v1/reports')).status === 401)
  })

  test('that has expired is refused, one that has not is taken', async () => {
    await api.addParty('example-isp', 'carrier')
    const make = (expiresAt: Date) =>
      createKey(api.db, {
        organisationId: 'example-isp',
        label: 'short',
        scopes: ['reports:read'],
        expiresAt,
      })
    const old = await make(new Date(Date.now() - 1000))
    const live = await make(new Date(Date.now() + 3_600_000))
    expect(await withKey(`Bearer ${old.apiKey}`)).toMatchObject({ status: 401 })
    expect(await withKey(`Bearer ${live.apiKey}`)).toMatchObject({ status: 200 })
  })

  test('of another organisation sees nothing of mine', async () => {
    const mobile = await api.addParty('example-mobile', 'carrier')
    const other = await api.addParty('example-other', 'carrier')
    const json = sampleReport('example-mobile', { tlp: 'TLP:RED' })
    const { body } = await mobile.request('/v1/reports', { json })
    expect(await other.request(`/v1/reports/${body.reportId}`)).toMatchObject({ status: 404 })
    expect(await other.request(body.links.ledger)).toMatchObject({ status: 404 })
  })
})

describe('a scope that the key does not have', () => {
  const needs = [
    ['reports:write', 'POST', '/v1/reports'],
    ['reports:write', 'POST', '/v1/reports/batch'],
    ['reports:write', 'POST', '/v1/reports/validate'],
    ['reports:read', 'GET', '/v1/reports'],
    ['feed:read', 'GET', '/v1/events'],
    ['feed:read', 'GET', '/v1/snapshot'],
    ['feed:read', 'GET', '/v1/feed'],
    ['subscriptions:write', 'POST', '/v1/subscriptions'],
    ['subscriptions:write', 'GET', '/v1/subscriptions'],
  ] as const

  test.each(needs)('%s is named when %s %s is refused with 403', async (scope, method, path) => {
    const all = ['reports:write', 'reports:read', 'feed:read', 'subscriptions:write'] as const
    const others = all.filter((name) => name !== scope)
    const party = await api.addParty('example-mobile', 'carrier', others)
    const answer = await party.request(path, { method, ...(method === 'POST' && { json: {} }) })
    expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    expect(answer.body.detail).toContain(scope)
  })

  test('is not needed by an admin', async () => {
    const admin = await api.addParty('example-mobile', 'carrier', ['admin'])
    expect(await admin.request('/v1/reports')).toMatchObject({ status: 200 })
  })
})

test.each(['/livez', '/readyz', '/metrics'])('%s needs no key', async (path) => {
  expect(await api.request(path)).toMatchObject({ status: 200 })
})
