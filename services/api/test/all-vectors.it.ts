// Every published example of a valid report, posted as a carrier would post it.

import { readdirSync } from 'node:fs'
import { readFeedHead } from '@renkei/db'
import { project, pushed } from '@renkei/schema'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { agree, type Party } from './parties.ts'
import { vectorReport } from './sample-report.ts'

const folder = new URL('../../../packages/schema/vectors/valid/', import.meta.url)
const vectors = readdirSync(folder).map((file) => file.replace('.json', ''))

let api: TestApi
let mobile: Party

beforeAll(async () => {
  api = await startTestApi()
  mobile = await api.addParty('example-mobile', 'carrier')
  // One vector speaks in the name of an MVNO.
  await agree(api, await api.addParty('example-mvno', 'mvno'), mobile, { mayReportFor: true })
})
afterAll(() => api.stop())

test.each(vectors)('%s is accepted, read back unchanged and told in the feed', async (vector) => {
  const json = vectorReport('example-mobile', vector)
  const { head } = await readFeedHead(api.db)
  const { status, body } = await mobile.request('/v1/reports', { json })
  expect({ status, body }).toMatchObject({ status: 201 })
  const { body: read } = await mobile.request(`/v1/reports/${body.reportId}`)
  const { reportId, revision, recordedAt, level, ...carried } = read
  expect(carried).toEqual(json)
  expect({ reportId, revision, recordedAt }).toEqual({
    reportId: body.reportId,
    revision: 1,
    recordedAt: body.recordedAt,
  })
  expect(level).toEqual(body.level)
  const every = 'messageStatus=actual&messageStatus=exercise&messageStatus=test'
  const { body: feed } = await mobile.request(`/v1/events?${every}&after=${head}&wait=20`)
  // What is TLP:RED stays behind, as a part or as a whole.
  const told = project(read, pushed({ audience: 'owner', tlpMax: 'TLP:RED' }))
  const { reportId: id } = body
  const notice = { reportId: id, revision: 1, reason: 'readSignedIn', href: `/v1/reports/${id}` }
  expect(feed.events).toMatchObject([{ id: body.eventId }])
  expect(feed.events[0].data).toEqual(told ?? notice)
})

test.each(vectors)('%s passes validation without being stored', async (vector) => {
  const json = vectorReport('example-mobile', vector)
  const before = await readFeedHead(api.db)
  const { status, body } = await mobile.request('/v1/reports/validate', { json })
  expect({ status, body }).toMatchObject({ status: 200, body: { valid: true } })
  expect(body.views.owner).toMatchObject(json)
  expect(await readFeedHead(api.db)).toEqual(before)
})
