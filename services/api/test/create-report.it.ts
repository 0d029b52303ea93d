import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { emergencyReport, sampleReport } from './sample-report.ts'
import type { Party } from './parties.ts'

let api: TestApi
let mobile: Party

beforeAll(async () => {
  api = await startTestApi()
  mobile = await api.addParty('example-mobile', 'carrier')
})
afterAll(() => api.stop())

test('stores a report and answers 201 with its level, its deadlines and where it is', async () => {
  const report = emergencyReport('example-mobile')
  const { status, headers, body } = await mobile.request('/v1/reports', { json: report })
  expect({ status, body }).toMatchObject({
    status: 201,
    body: { revision: 1, level: { value: 4 } },
  })
  expect(headers.get('etag')).toBe('"1"')
  expect(headers.get('location')).toBe(`/v1/reports/${body.reportId}`)
  expect(body.deadlines.length).toBeGreaterThan(0)
  const read = await mobile.request(body.links.self)
  expect(read.body).toMatchObject(report)
})

test('refuses a report of another organisation with 422 and the pointer', async () => {
  const answer = await mobile.request('/v1/reports', { json: sampleReport('example-fixed') })
  expect(answer).toMatchObject({ status: 422, body: { code: 'invalid-report' } })
  expect(answer.body.errors).toMatchObject([
    { pointer: '/reporter/organisation', rule: 'reporter.isCaller' },
  ])
})
