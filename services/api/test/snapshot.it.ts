import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { FeedEvent } from './feed-client.ts'
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

async function post(json: Json): Promise<string> {
  return (await mobile.request('/v1/reports', { json })).body.reportId
}

async function revise(id: string, revision: number, json: Json): Promise<void> {
  const headers = { 'if-match': `"${revision}"` }
  const answer = await mobile.request(`/v1/reports/${id}/revisions`, { json, headers })
  expect(answer).toMatchObject({ status: 200 })
}

async function readAll(
  party: Party,
  query = '',
): Promise<{ feedcursor: string; reports: Map<string, Json> }> {
  const reports = new Map<string, Json>()
  let feedcursor: string | undefined
  let after = ''
  for (;;) {
    const { status, body } = await party.request(`/v1/snapshot?${query}${after}`)
    expect({ status, body }).toMatchObject({ status: 200 })
    feedcursor ??= body.feedcursor
    for (const report of body.items) reports.set(report.reportId, report)
    if (!body.next) return { feedcursor: feedcursor!, reports }
    after = `&after=${body.next}`
  }
}

test('holds the current revision of what is open, and nothing that has ended or may not be seen', async () => {
  const open = await post(sampleReport('example-mobile'))
  await revise(open, 1, sampleReport('example-mobile', { state: 'identified' }))
  const ended = await post(sampleReport('example-mobile', {}, 'final-withdrawn'))
  const secret = await post(sampleReport('example-mobile', { tlp: 'TLP:RED' }))
  const drill = await post(sampleReport('example-mobile', { messageStatus: 'exercise' }))
  const { reports } = await readAll(fixed)
  expect(reports.get(open)).toMatchObject({ revision: 2, state: 'identified' })
  for (const id of [ended, secret, drill]) expect(reports.has(id)).toBe(false)
  expect((await readAll(mobile)).reports.has(open)).toBe(true)
  expect((await readAll(mobile)).reports.has(secret)).toBe(false)
  expect((await mobile.request(`/v1/reports/${secret}`)).status).toBe(200)
  expect([...(await readAll(fixed, 'messageStatus=exercise')).reports.keys()]).toEqual([drill])
})

test('with the feed from its cursor gives the full picture, whatever changes while it is read', async () => {
  const ids = await Promise.all(
    Array.from({ length: 12 }, () => post(sampleReport('example-mobile'))),
  )
  let busy = true
  const revisions = new Map(ids.map((id) => [id, 1]))
  const writing = (async () => {
    for (let turn = 0; busy || turn < 24; turn += 1) {
      const id = ids[(turn * 7) % ids.length]!
      const revision = revisions.get(id)!
      await revise(id, revision, sampleReport('example-mobile', { stateReason: `turn ${turn}` }))
      revisions.set(id, revision + 1)
    }
  })()
  const { feedcursor, reports } = await readAll(fixed, 'limit=2')
  busy = false
  await writing
  const seen = new Map([...reports].map(([id, report]) => [id, Number(report['revision'])]))
  const isComplete = () => ids.every((id) => seen.get(id) === revisions.get(id))
  for (let after = feedcursor; !isComplete();) {
    const { body } = await fixed.request(`/v1/events?after=${after}&wait=20`)
    expect(body.events.length, 'the feed ended before the picture was full').toBeGreaterThan(0)
    for (const event of body.events as FeedEvent[]) seen.set(event['subject'], event['revision'])
    after = body.next
  }
})
