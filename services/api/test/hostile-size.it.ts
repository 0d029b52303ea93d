// Bodies that cost little to send: each is answered with few bytes, and nobody else waits for it.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { newParty } from './register-party.ts'
import type { Party } from './parties.ts'
import { sampleReport } from './sample-report.ts'

let api: TestApi
let party: Party
let admin: Party

beforeAll(async () => {
  api = await startTestApi()
  party = await newParty(api)
  admin = await api.addParty('example-admin', 'carrier', ['admin'])
})
afterAll(() => api.stop())

const many = (length: number, text: string) => Array.from({ length }, () => text).join(',')
const named = (length: number) => Array.from({ length }, (_, at) => `"a${at}":0`).join(',')
const csv = { 'content-type': 'text/csv' }
const dryRun = '/v1/contacts/import?dryRun=true'
const organisation = () => `/v1/organisations/${party.organisationId}`

type Hostile = readonly [
  what: string,
  path: () => string,
  body: string,
  headers: Record<string, string>,
]

const bodies: readonly Hostile[] = [
  ['an import of numbers', () => dryRun, `{"contacts":[${many(490_000, '0')}]}`, {}],
  ['an import of a thousand numbers', () => dryRun, `{"contacts":[${many(1_000, '0')}]}`, {}],
  ['an import of empty contacts', () => dryRun, `{"contacts":[${many(330_000, '{}')}]}`, {}],
  [
    'an import of a thousand empty contacts',
    () => dryRun,
    `{"contacts":[${many(1_000, '{}')}]}`,
    {},
  ],
  [
    'an import of unknown members',
    () => dryRun,
    `{"contacts":[${many(100, `{${named(999)}}`)}]}`,
    {},
  ],
  ['a file of commas', () => dryRun, ','.repeat(900_000), csv],
  ['a file of fewer commas', () => dryRun, ','.repeat(240_000), csv],
  ['a file of empty lines', () => dryRun, '\n'.repeat(1_000_000), csv],
  ['a file of quotes', () => dryRun, '"'.repeat(1_000_000), csv],
  ['a file of columns that are not ours', () => dryRun, many(200_000, 'x'), csv],
  ['a file of a hundred such columns', () => dryRun, many(100, 'x'.repeat(9_000)), csv],
  [
    'a file of rows that are too wide',
    () => dryRun,
    `role\n${Array.from({ length: 4_900 }, () => 'x,'.repeat(50)).join('\n')}`,
    csv,
  ],
  ['shares', () => '/v1/agreements', `{"shares":[${many(15_000, '{}')}]}`, {}],
  ['channels', () => '/v1/contacts', `{"channels":[${many(15_000, '{}')}]}`, {}],
  ['codes', organisation, `{"codes":[${many(15_000, '{}')}]}`, {}],
  ['scopes', () => '/v1/keys', `{"label":"x","scopes":[${many(12_000, '"a"')}]}`, {}],
  ['a thousand scopes', () => '/v1/keys', `{"label":"x","scopes":[${many(1_000, '0')}]}`, {}],
  ['members of a key', () => '/v1/keys', `{${named(4_900)}}`, {}],
  ['members of a report', () => '/v1/reports', `{${named(999)}}`, {}],
  ['areas', () => '/v1/reports', `{"areas":[${many(500, '{}')}]}`, {}],
  ['filters', () => '/v1/subscriptions', `{"filter":{"kinds":[${many(15_000, '{}')}]}}`, {}],
]

describe('a body of nothing but faults gets a short answer:', () => {
  test.each(bodies)('%s', async (what, path, body, headers) => {
    const sender = /keys|agreements/.test(path()) ? admin : party
    const method = what === 'codes' ? 'PATCH' : 'POST'
    const answer = await sender.request(path(), {
      method,
      body,
      headers: { 'if-match': '*', ...headers },
    })
    expect([400, 422]).toContain(answer.status)
    expect(answer.body.errors.length).toBeGreaterThan(0)
    expect(Buffer.byteLength(answer.text)).toBeLessThan(300_000)
  })
})

test('a batch of faults is answered within less than what was sent', async () => {
  const report = { ...sampleReport('example-mobile'), ...JSON.parse(`{${named(950)}}`) }
  const items = Array.from({ length: 99 }, () => ({ report }))
  const { status, body, text } = await party.request('/v1/reports/batch', { json: { items } })
  expect(status).toBe(200)
  expect(body.items).toHaveLength(99)
  for (const item of body.items) {
    expect(item).toMatchObject({ status: 422, body: { code: 'invalid-report' } })
    expect(item.body.detail).toMatch(/^\d+ faults were found; .* The first \d+ of \d+ are told\.$/)
  }
  expect(text.length).toBeLessThan(1_000_000)
})

test('an answer comes between the items of a batch, not after all of them', async () => {
  const report = JSON.parse(`{${named(950)}}`)
  const items = Array.from({ length: 99 }, () => ({ report }))
  let isOver = false
  const batch = party
    .request('/v1/reports/batch', { json: { items } })
    .finally(() => (isOver = true))
  let turns = 0
  while (!isOver) {
    await party.request('/health/live')
    turns += 1
  }
  expect((await batch).status).toBe(200)
  expect(turns).toBeGreaterThan(2)
})
