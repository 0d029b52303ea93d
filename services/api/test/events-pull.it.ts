import { readFeedHead } from '@renkei/db'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { FeedEvent } from './feed-client.ts'
import type { Party } from './parties.ts'
import { emergencyReport, type Json, sampleReport } from './sample-report.ts'

let api: TestApi
let mobile: Party
let fixed: Party

beforeAll(async () => {
  api = await startTestApi()
  mobile = await api.addParty('example-mobile', 'carrier')
  fixed = await api.addParty('example-fixed', 'carrier')
})
afterAll(() => api.stop())

async function post(party: Party, json: Json): Promise<string> {
  const { status, body } = await party.request('/v1/reports', { json })
  expect({ status, body }).toMatchObject({ status: 201 })
  return body.eventId
}

const head = async () => (await readFeedHead(api.db)).head

async function pull(
  party: Party,
  query: string,
): Promise<{ ids: string[]; next: string; events: FeedEvent[] }> {
  const { status, body } = await party.request(`/v1/events?${query}`)
  expect({ status, body }).toMatchObject({ status: 200, body: { epoch: expect.any(String) } })
  return { ...body, ids: body.events.map((event: FeedEvent) => event['id']) }
}

describe('an event', () => {
  test('is a CloudEvent with the report as the reader may see it', async () => {
    const after = await head()
    const report = sampleReport('example-mobile', { sensitive: { diagnostics: 'alarm 17' } })
    const id = await post(mobile, report)
    const { events } = await pull(fixed, `after=${after}&wait=20`)
    expect(events).toMatchObject([
      {
        specversion: '1.0',
        id,
        type: 'jp.renkei.report.created.v1',
        source: '/organisations/example-mobile',
        feedcursor: String(after + 1).padStart(16, '0'),
        previouscursor: String(after).padStart(16, '0'),
        revision: 1,
        messagestatus: 'actual',
        data: { texts: report['texts'] },
      },
    ])
    expect(events[0]!['subject']).toBe(events[0]!['data'].reportId)
    expect(JSON.stringify(events)).not.toContain('alarm 17')
    // What is TLP:RED, as diagnostics are, is read signed in and not pushed, not even to its owner.
    const { events: own } = await pull(mobile, `after=${after}`)
    expect(JSON.stringify(own)).toContain('+81-3-0000-0000')
    expect(JSON.stringify(own)).not.toContain('alarm 17')
    const { text } = await mobile.request(`/v1/reports/${events[0]!['subject']}`)
    expect(text).toContain('alarm 17')
  })
})

describe('a long poll', () => {
  test('returns as soon as there is news', { timeout: 25_000 }, async () => {
    const after = await head()
    const waiting = pull(fixed, `after=${after}&wait=60`)
    const id = await post(mobile, sampleReport('example-mobile'))
    expect((await waiting).ids).toEqual([id])
  })

  test('does not wait for what is already there', { timeout: 25_000 }, async () => {
    const after = await head()
    const id = await post(mobile, sampleReport('example-mobile'))
    expect((await pull(fixed, `after=${after}&wait=60`)).ids).toEqual([id])
  })

  test('returns nothing and its cursor when its time is over', async () => {
    const after = await head()
    const started = performance.now()
    const { ids, next } = await pull(fixed, `after=${after}&wait=1`)
    expect(performance.now() - started).toBeGreaterThan(900)
    expect({ ids, next }).toEqual({ ids: [], next: String(after).padStart(16, '0') })
  })

  test(
    'is not woken for good by news that do not concern the reader',
    { timeout: 25_000 },
    async () => {
      const after = await head()
      const waiting = pull(fixed, `after=${after}&minLevel=4&wait=60`)
      await post(mobile, sampleReport('example-mobile'))
      const id = await post(mobile, emergencyReport('example-mobile'))
      expect((await waiting).ids).toEqual([id])
    },
  )
})

describe('the filter', () => {
  test.each([
    ['kind=maintenance', 'work'],
    ['minLevel=4', 'crisis'],
    ['organisation=example-fixed', 'work'],
    ['messageStatus=exercise', 'drill'],
    ['prefecture=27&kind=fault', 'osaka'],
    ['service=sms&kind=fault', 'sms'],
  ])('by %s lets only the right events through', async (query, wanted) => {
    const after = await head()
    const ids: Record<string, string> = {
      plain: await post(mobile, sampleReport('example-mobile')),
      work: await post(fixed, sampleReport('example-fixed', {}, 'flash-maintenance')),
      crisis: await post(mobile, emergencyReport('example-mobile')),
      drill: await post(mobile, sampleReport('example-mobile', { messageStatus: 'exercise' })),
      osaka: await post(
        mobile,
        sampleReport('example-mobile', { areas: [{ type: 'prefecture', code: '27' }] }),
      ),
      sms: await post(
        mobile,
        sampleReport('example-mobile', {
          impacts: [{ service: 'sms', effect: 'degraded', users: { qualifier: 'unknown' } }],
        }),
      ),
    }
    const { events, next, ids: seen } = await pull(fixed, `after=${after}&wait=20&${query}`)
    expect(seen).toEqual([ids[wanted]])
    expect(Number(events[0]!['previouscursor'])).toBe(after)
    expect(Number(next)).toBeGreaterThanOrEqual(Number(events[0]!['feedcursor']))
  })

  test('tells who heard the alarm also of the all-clear', async () => {
    const after = await head()
    const created = await mobile.request('/v1/reports', { json: emergencyReport('example-mobile') })
    const restored = await mobile.request(`/v1/reports/${created.body.reportId}/revisions`, {
      json: sampleReport('example-mobile', {}, 'update-restored'),
      headers: { 'if-match': '"1"' },
    })
    const all = await pull(fixed, `after=${after}&minLevel=4&wait=20`)
    const rest = await pull(
      fixed,
      `after=${all.next}&minLevel=4&wait=${all.ids.length > 1 ? 0 : 20}`,
    )
    expect([...all.ids, ...rest.ids]).toEqual([created.body.eventId, restored.body.eventId])
  })

  test('never lets through what the reader may not see', async () => {
    const after = await head()
    await post(mobile, sampleReport('example-mobile', { tlp: 'TLP:RED' }))
    const last = await post(mobile, sampleReport('example-mobile'))
    expect((await pull(fixed, `after=${after}&wait=20`)).ids).toEqual([last])
  })
})

describe('a cursor that is not of this feed', () => {
  test.each([
    ['after=9007199254740991', 'beyond the end'],
    ['after=9999999999999999', 'beyond all numbers'],
    ['after=0&epoch=00000000-0000-0000-0000-000000000000', 'of another epoch'],
  ])('%s (%s) is refused with where to begin again', async (query) => {
    const { status, body } = await mobile.request(`/v1/events?${query}`)
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid-request' })
    expect(body).toMatchObject({ epoch: expect.any(String), head: expect.any(String) })
    expect(body.errors).toMatchObject([{ pointer: 'after', rule: 'cursor.ofThisFeed' }])
  })

  test.each([
    'after=-1',
    'after=1e3',
    'after=abc',
    'after=99999999999999999',
    'wait=61',
    'limit=501',
  ])('%s is refused as no cursor at all', async (query) => {
    expect(await mobile.request(`/v1/events?${query}`)).toMatchObject({ status: 400 })
  })

  test('the epoch that the feed names is taken', async () => {
    const { body } = await mobile.request('/v1/events?limit=1')
    expect(await mobile.request(`/v1/events?epoch=${body.epoch}`)).toMatchObject({ status: 200 })
  })
})
