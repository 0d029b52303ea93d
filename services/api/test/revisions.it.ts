import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'
import { type Json, sampleReport } from './sample-report.ts'

let api: TestApi
let mobile: Party
let fixed: Party

beforeAll(async () => {
  api = await startTestApi()
  mobile = await api.addParty('example-mobile', 'carrier')
  fixed = await api.addParty('example-fixed', 'carrier')
})
afterAll(() => api.stop())

async function postAll(...contents: Json[]): Promise<string> {
  const [first, ...rest] = contents
  const { status, body } = await mobile.request('/v1/reports', { json: first })
  expect({ status, body }).toMatchObject({ status: 201 })
  for (const [index, json] of rest.entries()) {
    const answer = await mobile.request(`/v1/reports/${body.reportId}/revisions`, {
      json,
      headers: { 'if-match': `"${index + 1}"` },
    })
    expect(answer).toMatchObject({ status: 200 })
  }
  return body.reportId
}

const content = (members: Json = {}) => sampleReport('example-mobile', members)

const revisionsOf = (items: Json[]) => items.map((item) => item['revision'])

describe('the revisions of a report', () => {
  test('come oldest first, in pages', async () => {
    const id = await postAll(content(), content(), content())
    const { body: all } = await fixed.request(`/v1/reports/${id}/revisions`)
    expect(revisionsOf(all.items)).toEqual([1, 2, 3])
    const { body: page } = await fixed.request(`/v1/reports/${id}/revisions?limit=2`)
    expect({ shown: revisionsOf(page.items), next: page.next }).toEqual({
      shown: [1, 2],
      next: '2',
    })
    const { body: rest } = await fixed.request(`/v1/reports/${id}/revisions?limit=2&after=2`)
    expect(revisionsOf(rest.items)).toEqual([3])
    expect(rest).not.toHaveProperty('next')
    const { body: none } = await fixed.request(`/v1/reports/${id}/revisions?after=3`)
    expect(none).toEqual({ items: [] })
  })

  test('are shown to others by the label of each, in full pages', async () => {
    const red = content({ tlp: 'TLP:RED' })
    const id = await postAll(red, content(), red, content())
    const { body: theirs } = await fixed.request(`/v1/reports/${id}/revisions?limit=1`)
    expect({ shown: revisionsOf(theirs.items), next: theirs.next }).toEqual({
      shown: [2],
      next: '2',
    })
    const { body: rest } = await fixed.request(`/v1/reports/${id}/revisions?limit=1&after=2`)
    expect(revisionsOf(rest.items)).toEqual([4])
    expect(rest).not.toHaveProperty('next')
    const { body: own } = await mobile.request(`/v1/reports/${id}/revisions`)
    expect(revisionsOf(own.items)).toEqual([1, 2, 3, 4])
    expect(await fixed.request(`/v1/reports/${id}/revisions/3`)).toMatchObject({ status: 404 })
  })
})

describe('the difference of two revisions', () => {
  const users = (value: number, more: Json[] = []) => ({
    impacts: [
      ...more,
      {
        service: 'voiceEmergencyCapable',
        effect: 'degraded',
        users: { value, qualifier: 'about' },
      },
    ],
  })

  test('names each change by pointer, and matches impacts by what they are about', async () => {
    const sms = { service: 'sms', effect: 'degraded', users: { qualifier: 'unknown' } }
    const id = await postAll(
      content(users(1000)),
      content({ ...users(20, [sms]), stateReason: '原因を調査中' }),
    )
    const { body } = await fixed.request(`/v1/reports/${id}/difference?from=1`)
    expect(body).toMatchObject({ reportId: id, from: 1, to: 2 })
    expect(body.changes).toEqual(
      expect.arrayContaining([
        { pointer: '/impacts/0', change: 'added', to: sms },
        { pointer: '/impacts/1/users/value', change: 'changed', from: 1000, to: 20 },
        { pointer: '/stateReason', change: 'added', to: '原因を調査中' },
      ]),
    )
  })

  test('of a revision with itself is empty', async () => {
    const id = await postAll(content(), content())
    const { body } = await mobile.request(`/v1/reports/${id}/difference?from=2&to=2`)
    expect(body.changes).toEqual([])
  })

  test('shows nobody more than the revisions themselves', async () => {
    const secret = (text: string) => content({ sensitive: { diagnostics: text } })
    const id = await postAll(secret('alarm 17'), secret('alarm 42'))
    const { text } = await fixed.request(`/v1/reports/${id}/difference?from=1&to=2`)
    expect(text).not.toContain('alarm')
    const { body: own } = await mobile.request(`/v1/reports/${id}/difference?from=1&to=2`)
    expect(own.changes).toContainEqual(
      expect.objectContaining({ pointer: '/sensitive/diagnostics', to: 'alarm 42' }),
    )
  })

  test.each([
    ['', 400],
    ['from=0', 400],
    ['from=9', 404],
    ['from=1&to=9', 404],
    ['from=1&to=2147483648', 400],
  ])('of %s is refused with %i', async (query, status) => {
    const id = await postAll(content())
    expect(await mobile.request(`/v1/reports/${id}/difference?${query}`)).toMatchObject({ status })
  })
})
