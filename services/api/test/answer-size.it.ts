// Many large reports: no page is without bound, and whoever follows the pages gets them all.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { answerCharactersMax } from '../src/limits/answer-size.ts'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'
import { type Json, sampleReport } from './sample-report.ts'

let api: TestApi
let party: Party
const ids: string[] = []
const count = 100

beforeAll(async () => {
  api = await startTestApi()
  party = await api.addParty('example-mobile', 'carrier')
  const extensions = {
    'example.test': { notes: Array.from({ length: 46 }, () => 'x'.repeat(990)) },
  }
  const report = sampleReport('example-mobile', { extensions })
  for (let from = 0; from < count; from += 50) {
    const items = Array.from({ length: 50 }, () => ({ report }))
    const { body } = await party.request('/v1/reports/batch', { json: { items } })
    ids.push(...body.items.map((item: { body: Json }) => String(item.body['reportId'])))
  }
})
afterAll(() => api.stop())

test.each([
  ['/v1/reports?limit=200', 'cursor'],
  ['/v1/snapshot?limit=500', 'after'],
])('%s', async (path, parameter) => {
  const found: string[] = []
  const sizes: number[] = []
  for (let next = ''; sizes.length < 10;) {
    const { status, text, body } = await party.request(`${path}${next}`)
    expect(status).toBe(200)
    sizes.push(text.length)
    found.push(...body.items.map((item: Json) => String(item['reportId'])))
    if (body.next === undefined) break
    next = `&${parameter}=${body.next}`
  }
  // Labels of what is hidden and the like come on top of the reports.
  for (const size of sizes) expect(size).toBeLessThan(answerCharactersMax * 1.1)
  expect(sizes.length).toBeGreaterThan(1)
  expect(found.toSorted()).toEqual(ids.toSorted())
})

test.each(['/v1/reports', '/v1/snapshot', '/v1/events', '/v1/subscriptions'])(
  'a page of %s has a limit, which is told',
  async (path) => {
    for (const limit of ['0', '100000', '-1', 'all']) {
      const answer = await party.request(`${path}?limit=${limit}`)
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } })
      expect(answer.text).toContain('limit')
    }
  },
)
