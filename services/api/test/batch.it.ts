import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'
import { type Json, sampleReport } from './sample-report.ts'

let api: TestApi
let mobile: Party

beforeAll(async () => {
  api = await startTestApi()
  mobile = await api.addParty('example-mobile', 'carrier')
})
afterAll(() => api.stop())

const report = (members: Json = {}) => sampleReport('example-mobile', members)

async function submit(...items: unknown[]) {
  return mobile.request('/v1/reports/batch', { json: { items } })
}

describe('a batch', () => {
  test('answers each item by itself, in order: a fault in one touches no other', async () => {
    const { status, body } = await submit(
      { report: report() },
      { report: report({ level: 4 }) },
      { report: sampleReport('example-fixed') },
      { report: report({ stateReason: 'third' }) },
    )
    expect(status).toBe(200)
    expect(body.items.map((item: Json) => item['status'])).toEqual([201, 422, 422, 201])
    const [first, second, third, fourth] = body.items
    expect(first).toMatchObject({ headers: { etag: '"1"' }, body: { revision: 1 } })
    expect(second.body).toMatchObject({ code: 'invalid-report', errors: [{ pointer: '/level' }] })
    expect(third.body.errors).toMatchObject([{ pointer: '/reporter/organisation' }])
    const { body: read } = await mobile.request(fourth.body.links.self)
    expect(read).toMatchObject({ stateReason: 'third' })
  })

  test('takes a hundred reports at once, each stored once', async () => {
    const items = Array.from({ length: 100 }, (_, index) => ({
      report: report({ stateReason: `part ${index}` }),
    }))
    const { body } = await submit(...items)
    const ids = new Set(body.items.map((item: { body: Json }) => item.body['reportId']))
    expect(ids.size).toBe(100)
    expect(body.items.every((item: Json) => item['status'] === 201)).toBe(true)
  })

  test('stores revisions of one report in the order given', async () => {
    const { body: created } = await mobile.request('/v1/reports', { json: report() })
    const { reportId } = created
    const states = ['identified', 'mitigating', 'monitoring']
    const { body } = await submit(
      ...states.map((state, index) => ({
        report: report({ state }),
        reportId,
        ifMatch: index + 1,
      })),
      { report: report({ state: 'monitoring' }), reportId, ifMatch: 1 },
    )
    expect(body.items.map((item: Json) => item['status'])).toEqual([200, 200, 200, 412])
    expect(body.items[3]).toMatchObject({ headers: { etag: '"4"' }, body: { currentRevision: 4 } })
  })

  test('repeats the answer of an item whose key was used, and refuses another body with 409', async () => {
    const item = { report: report(), idempotencyKey: 'batch-1' }
    const { body: first } = await submit(item)
    const { body: again } = await submit(item, { ...item, report: report({ state: 'identified' }) })
    expect(again.items[0].body).toEqual(first.items[0].body)
    expect(again.items[0].headers).toMatchObject({ 'idempotency-replayed': 'true' })
    expect(again.items[1]).toMatchObject({ status: 409, body: { code: 'idempotency-conflict' } })
  })

  test('stores once what one batch holds twice under one key', async () => {
    const item = { report: report(), idempotencyKey: 'batch-2' }
    const { body } = await submit(item, item)
    expect(body.items.map((entry: Json) => entry['status'])).toEqual([201, 201])
    expect(body.items[0].body.reportId).toBe(body.items[1].body.reportId)
  })

  test('gives each event a trace of its own, which tells nothing of that of the sender', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const { body } = await mobile.request('/v1/reports/batch', {
      json: { items: [{ report: report() }, { report: report() }] },
      headers: { traceparent },
    })
    const rows = await api.db
      .selectFrom('events')
      .select('traceparent')
      .where(
        'event_id',
        'in',
        body.items.map((item: { body: Json }) => item.body['eventId']),
      )
      .execute()
    expect(rows).toHaveLength(2)
    const traces = rows.map((row) => row.traceparent?.slice(3, 35))
    expect(new Set([...traces, '0af7651916cd43dd8448eb211c80319c']).size).toBe(3)
  })
})

describe('a batch is refused as a whole, and nothing is stored', () => {
  const refused: readonly [string, unknown, string][] = [
    ['that is no list', { items: {} }, '/items'],
    ['that is empty', { items: [] }, '/items'],
    [
      'with more than a hundred items',
      { items: Array.from({ length: 101 }, () => ({ report: {} })) },
      '/items',
    ],
    ['with an item that is no object', { items: ['x'] }, '/items/0/report'],
    ['with an unknown member', { items: [{ report: {}, colour: 1 }] }, '/items/0/colour'],
    [
      'with a revision without its base',
      { items: [{ report: {}, reportId: '01985a7c-8b20-7d31-9f40-1a2b3c4d5e6f' }] },
      '/items/0/ifMatch',
    ],
    [
      'with an unusable key',
      { items: [{ report: {}, idempotencyKey: 'a b' }] },
      '/items/0/idempotencyKey',
    ],
    [
      'with an unusable revision',
      { items: [{ report: {}, reportId: '01985a7c-8b20-7d31-9f40-1a2b3c4d5e6f', ifMatch: 1.5 }] },
      '/items/0/ifMatch',
    ],
    ['that is a list', [], '/items'],
    ['that is null', null, '/items'],
  ]
  test.each(refused)('%s', async (_, json, pointer) => {
    const { status, body } = await mobile.request('/v1/reports/batch', { json })
    // A batch that is none is refused as a whole; an item that is none, by itself.
    const refusal = pointer === '/items' ? { status, body } : body.items[0]
    expect(refusal).toMatchObject({ status: 400, body: { code: 'invalid-request' } })
    expect(refusal.body.errors).toContainEqual(expect.objectContaining({ pointer }))
  })

  test('with a key for the whole, which would protect nothing', async () => {
    const { status, body } = await mobile.request('/v1/reports/batch', {
      json: { items: [{ report: report() }] },
      headers: { 'idempotency-key': '"whole"' },
    })
    expect({ status, errors: body.errors }).toMatchObject({
      status: 400,
      errors: [{ pointer: 'Idempotency-Key' }],
    })
  })
})

test('an item of a revision of another organisation is answered 404', async () => {
  const fixed = await api.addParty('example-fixed', 'carrier')
  const { body: created } = await mobile.request('/v1/reports', { json: report() })
  const item = { report: sampleReport('example-fixed'), reportId: created.reportId, ifMatch: 1 }
  const { body } = await fixed.request('/v1/reports/batch', { json: { items: [item] } })
  expect(body.items).toMatchObject([{ status: 404, body: { code: 'not-found' } }])
})
