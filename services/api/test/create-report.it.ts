import { readFeedHead } from '@renkei/db'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'
import { emergencyReport, minutesFromNow, sampleReport } from './sample-report.ts'

let api: TestApi
let mobile: Party
const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

beforeAll(async () => {
  api = await startTestApi()
  mobile = await api.addParty('example-mobile', 'carrier')
})
afterAll(() => api.stop())

describe('a report that is posted', () => {
  test('is answered 201 with its level, its deadlines and where it is', async () => {
    const report = emergencyReport('example-mobile')
    const { status, headers, body } = await mobile.request('/v1/reports', { json: report })
    expect({ status, body }).toMatchObject({ status: 201, body: { revision: 1 } })
    expect(body.level).toMatchObject({ value: 4, scheme: expect.any(String) })
    expect(body.level.reasons[0].text).toMatchObject({ ja: expect.any(String) })
    expect(body.deadlines.map((deadline: { kind: string }) => deadline.kind)).toContain(
      'firstNoticePeers',
    )
    expect(headers.get('etag')).toBe('"1"')
    expect(headers.get('location')).toBe(`/v1/reports/${body.reportId}`)
    expect((await mobile.request(body.links.self)).body).toMatchObject(report)
    expect((await mobile.request(body.links.ledger)).body).toMatchObject({ balances: true })
  })

  test('stands in the database with event, fan-out, audit row and nothing else', async () => {
    const { body } = await mobile.request('/v1/reports', { json: sampleReport('example-mobile') })
    const event = await api.db
      .selectFrom('events')
      .selectAll()
      .where('event_id', '=', body.eventId)
      .executeTakeFirstOrThrow()
    expect(event).toMatchObject({ report_id: body.reportId, revision: 1 })
    const audit = await api.db
      .selectFrom('audit_entries')
      .select(['action', 'key_id', 'organisation_id'])
      .where('chain', '=', 'write')
      .where((eb) => eb(eb.val(body.reportId), '=', eb.fn.any('object_ids')))
      .execute()
    expect(audit).toEqual([
      { action: 'report.created', key_id: mobile.keyId, organisation_id: 'example-mobile' },
    ])
    const fanOut = await api.db
      .selectFrom('fan_outs')
      .select(['owed', 'completed_at'])
      .where('seq', '=', event.seq)
      .execute()
    expect(fanOut).toEqual([{ owed: 0, completed_at: null }])
  })

  test('gives the event a trace of its own instead of the one of its sender', async () => {
    const json = sampleReport('example-mobile')
    const { head } = await readFeedHead(api.db)
    const { body } = await mobile.request('/v1/reports', { json, headers: { traceparent: parent } })
    const { body: page } = await mobile.request(`/v1/events?after=${head}&wait=20`)
    const event = page.events.find((event: { id: string }) => event.id === body.eventId)
    expect(event.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    expect(event.traceparent).not.toContain('0af7651916cd43dd8448eb211c80319c')
  })

  test('gets a trace of its own when the sender sent none that is usable', async () => {
    const json = sampleReport('example-mobile')
    const headers = { traceparent: '00-nonsense' }
    const { body } = await mobile.request('/v1/reports', { json, headers })
    const { traceparent } = await api.db
      .selectFrom('events')
      .select('traceparent')
      .where('event_id', '=', body.eventId)
      .executeTakeFirstOrThrow()
    expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  })

  test('is stored by the bytes of its content: white space does not count against the limit', async () => {
    const report = sampleReport('example-mobile')
    const spaced = JSON.stringify(report, null, 2).padEnd(60_000)
    expect(await mobile.request('/v1/reports', { body: spaced })).toMatchObject({ status: 201 })
  })
})

describe('a report is refused with 422 and the pointer', () => {
  const cases: readonly [string, Record<string, unknown>, string, string][] = [
    [
      'of another organisation',
      { reporter: { organisation: 'example-fixed' } },
      '/reporter/organisation',
      'reporter.isCaller',
    ],
    ['that types its own level', { level: 4 }, '/level', 'readOnly'],
    ['with a member nobody knows', { colour: 'red' }, '/colour', 'unknownMember'],
    [
      'from the future',
      { detectedAt: { at: minutesFromNow(60), precision: 'exact' } },
      '/detectedAt/at',
      'time.notInFuture',
    ],
  ]
  test.each(cases)('%s', async (_, members, pointer, rule) => {
    const json = sampleReport('example-mobile', members)
    const { status, body } = await mobile.request('/v1/reports', { json })
    expect({ status, body }).toMatchObject({ status: 422, body: { code: 'invalid-report' } })
    expect(body.errors).toContainEqual(expect.objectContaining({ pointer }))
    expect(body.errors.map((fault: { rule: string }) => fault.rule)).toContain(rule)
  })

  test('and with every fault at once', async () => {
    const json = sampleReport('example-mobile', { kind: 'flood', areas: [], tlp: 'TLP:WHITE' })
    const { body } = await mobile.request('/v1/reports', { json })
    const pointers = body.errors.map((fault: { pointer: string }) => fault.pointer)
    expect(pointers).toEqual(expect.arrayContaining(['/kind', '/areas', '/tlp']))
  })
})

test('planned work may speak of the future', async () => {
  const json = sampleReport('example-mobile', {}, 'flash-maintenance')
  expect(await mobile.request('/v1/reports', { json })).toMatchObject({ status: 201 })
})

test('a refused report leaves nothing behind', async () => {
  const before = await readFeedHead(api.db)
  await mobile.request('/v1/reports', { json: sampleReport('example-mobile', { level: 4 }) })
  await mobile.request('/v1/reports', { json: {} })
  expect(await readFeedHead(api.db)).toEqual(before)
})

test('the lane of an event is that of its level', async () => {
  const { body } = await mobile.request('/v1/reports', { json: emergencyReport('example-mobile') })
  const { lane } = await api.db
    .selectFrom('fan_outs')
    .innerJoin('events', 'events.seq', 'fan_outs.seq')
    .select('lane')
    .where('event_id', '=', body.eventId)
    .executeTakeFirstOrThrow()
  expect(lane).toBe('level4')
})
