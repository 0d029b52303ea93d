import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'
import { sampleReport } from './sample-report.ts'

let api: TestApi
let mobile: Party

beforeAll(async () => {
  api = await startTestApi()
  mobile = await api.addParty('example-mobile', 'carrier')
})
afterAll(() => api.stop())

const post = (party: Party, key: string, body: string, path = '/v1/reports') =>
  party.request(path, { body, headers: { 'idempotency-key': key, 'if-match': '"1"' } })

describe('a repeat with the same key and body', () => {
  test('gets the first answer, marked as such', async () => {
    const body = JSON.stringify(sampleReport('example-mobile'))
    const first = await post(mobile, '"key-1"', body)
    const again = await post(mobile, '"key-1"', body)
    expect(first.headers.has('idempotency-replayed')).toBe(false)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect({ ...again, headers: null }).toEqual({ ...first, headers: null })
    for (const header of ['etag', 'location', 'content-type']) {
      expect(again.headers.get(header)).toBe(first.headers.get(header))
    }
  })

  test('gets the first answer after a restart, also from another process', async () => {
    const body = JSON.stringify(sampleReport('example-mobile'))
    const before = await startTestApi({ beside: api })
    const first = await post(mobile.at(before), '"key-2"', body)
    await before.stop()
    const after = await startTestApi({ beside: api })
    const again = await post(mobile.at(after), '"key-2"', body)
    await after.stop()
    expect(again.text).toBe(first.text)
    expect(again.status).toBe(201)
  })

  test('gets the first answer also when the report has moved on', async () => {
    const created = await post(mobile, '"key-3"', JSON.stringify(sampleReport('example-mobile')))
    const path = `/v1/reports/${created.body.reportId}/revisions`
    const second = JSON.stringify(sampleReport('example-mobile', { state: 'identified' }))
    const revised = await post(mobile, '"key-4"', second, path)
    const headers = { 'if-match': '"2"' }
    expect(await mobile.request(path, { body: second, headers })).toMatchObject({ status: 200 })
    const again = await post(mobile, '"key-4"', second, path)
    expect(again).toMatchObject({ status: 200, text: revised.text })
  })

  test('is recognised with and without the quotes', async () => {
    const body = JSON.stringify(sampleReport('example-mobile'))
    const first = await post(mobile, '"key-5"', body)
    expect((await post(mobile, 'key-5', body)).text).toBe(first.text)
  })
})

describe('a key that was used', () => {
  test.each([
    ['another body', (text: string) => text.replace('investigating', 'identified')],
    ['a body that differs in white space only', (text: string) => `${text} `],
  ])('gets 409 with %s', async (what, change) => {
    const body = JSON.stringify(sampleReport('example-mobile'))
    const key = `"used-${what.length}"`
    expect(await post(mobile, key, body)).toMatchObject({ status: 201 })
    const { status, body: problem } = await post(mobile, key, change(body))
    expect({ status, code: problem.code }).toEqual({ status: 409, code: 'idempotency-conflict' })
  })

  test('gets 409 at another address', async () => {
    const body = JSON.stringify(sampleReport('example-mobile'))
    const created = await post(mobile, '"address"', body)
    const path = `/v1/reports/${created.body.reportId}/revisions`
    expect(await post(mobile, '"address"', body, path)).toMatchObject({ status: 409 })
  })

  test('is free for another organisation', async () => {
    const fixed = await api.addParty('example-fixed', 'carrier')
    await post(mobile, '"shared"', JSON.stringify(sampleReport('example-mobile')))
    const theirs = await post(fixed, '"shared"', JSON.stringify(sampleReport('example-fixed')))
    expect(theirs.status).toBe(201)
    expect(theirs.headers.has('idempotency-replayed')).toBe(false)
  })

  test('by a request that was refused is still free', async () => {
    const wrong = JSON.stringify(sampleReport('example-mobile', { level: 4 }))
    expect(await post(mobile, '"refused"', wrong)).toMatchObject({ status: 422 })
    const right = JSON.stringify(sampleReport('example-mobile'))
    expect(await post(mobile, '"refused"', right)).toMatchObject({ status: 201 })
  })
})

test.each(['""', '"', 'a b', '"a', `"${'k'.repeat(256)}"`, 'k'.repeat(256), 'clé'])(
  'the key %j is refused with 400',
  async (key) => {
    const answer = await post(mobile, key, JSON.stringify(sampleReport('example-mobile')))
    expect(answer).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: 'Idempotency-Key' }] },
    })
  },
)

test('a key of 255 characters is taken', async () => {
  const body = JSON.stringify(sampleReport('example-mobile'))
  expect(await post(mobile, `"${'k'.repeat(255)}"`, body)).toMatchObject({ status: 201 })
})
