// The audit trail through the API: what was shown, to whom, and what was refused. Every answer waits
// until its entry is durable, so a test may look at once.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { runSql } from '@renkei/testkit'
import { postReport, storedEntries } from './audit-entries.ts'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { openFeed } from './feed-client.ts'
import { agree, type Party } from './parties.ts'
import { sampleReport } from './sample-report.ts'

let api: TestApi
let mobile: Party
let fixed: Party
let other: Party
let reportId: string

beforeAll(async () => {
  api = await startTestApi({ env: { RENKEI_AUDIT_DENIALS_PER_MINUTE_MAX: '5' } })
  mobile = await api.addParty('example-mobile', 'carrier')
  fixed = await api.addParty('example-fixed', 'carrier')
  other = await api.addParty('example-other', 'carrier')
  reportId = await post(mobile)
})
afterAll(() => api.stop())

const post = postReport
const rows = (action: string) => storedEntries(api, action)

describe('a read', () => {
  test('is on record before it is answered: who, what, whose, which fields, as whom, from where', async () => {
    const answer = await fixed.request(`/v1/reports/${reportId}`)
    const [entry] = (await rows('report.read')).slice(-1)
    expect(entry).toMatchObject({
      chain: 'read',
      organisation_id: 'example-fixed',
      key_id: fixed.keyId,
      address: '127.0.0.1',
      object_type: 'report',
      object_ids: [reportId],
      object_owner: 'example-mobile',
      detail: { audience: 'peer', fields: Object.keys(answer.body) },
    })
  })

  test('by an agreement names the agreement', async () => {
    const narrow = await post(mobile, { tlp: 'TLP:AMBER' })
    const { agreementId } = await agree(api, mobile, fixed)
    expect(await fixed.request(`/v1/reports/${narrow}`)).toMatchObject({ status: 200 })
    expect((await rows('report.read')).at(-1)?.detail).toMatchObject({ agreement: agreementId })
  })

  test('of a list is one entry for each owner of what was shown', async () => {
    const theirs = await post(fixed)
    await other.request('/v1/reports')
    const entries = (await rows('report.listed')).filter((row) => row.key_id === other.keyId)
    const byOwner = Object.fromEntries(entries.map((row) => [row.object_owner, row.object_ids]))
    expect(byOwner['example-fixed']).toContain(theirs)
    expect(byOwner['example-mobile']).toContain(reportId)
    expect(entries).toHaveLength(2)
  })

  test('of the feed, by pull and by socket, is on record with the events', async () => {
    const before = (await rows('feed.read')).length
    await other.request('/v1/events?organisation=example-mobile')
    const feed = await openFeed(api, other, 'after=0&organisation=example-mobile')
    await feed.waitForEvents(1)
    feed.socket.close()
    const entries = (await rows('feed.read')).slice(before)
    expect(entries.length).toBeGreaterThanOrEqual(2)
    for (const entry of entries) {
      expect(entry).toMatchObject({
        organisation_id: 'example-other',
        object_owner: 'example-mobile',
      })
      expect(entry.object_ids).toContain(reportId)
    }
  })

  test('of the feed that shows nothing leaves no entry', async () => {
    const before = await rows('feed.read')
    await other.request('/v1/events?organisation=nobody')
    expect(await rows('feed.read')).toHaveLength(before.length)
  })

  test('of many sockets of one key at the same event is one entry', async () => {
    const sockets = await Promise.all(Array.from({ length: 8 }, () => openFeed(api, fixed)))
    const id = await post(other)
    await Promise.all(sockets.map((feed) => feed.waitForEvents(1)))
    for (const { socket } of sockets) socket.close()
    const entries = (await rows('feed.read')).filter((row) => row.object_ids.includes(id))
    expect(entries.length).toBeGreaterThan(0)
    expect(entries.length).toBeLessThan(8)
  })

  test('that repeats a stored answer is on record, too', async () => {
    const json = sampleReport('example-mobile')
    const headers = { 'idempotency-key': '"audit-repeat"' }
    const { body } = await mobile.request('/v1/reports', { json, headers })
    await mobile.request('/v1/reports', { json, headers })
    const [entry] = (await rows('report.answerRepeated')).slice(-1)
    expect(entry).toMatchObject({ chain: 'read', object_ids: [body.reportId] })
  })
})

describe('what cannot be put on record', () => {
  afterEach(() => runSql(api.databaseUrl, 'GRANT INSERT ON audit_entries TO renkei_service'))

  test.each([
    ['a report', () => `/v1/reports/${reportId}`],
    ['a list', () => '/v1/reports'],
    ['events', () => '/v1/events'],
    ['the snapshot', () => '/v1/snapshot'],
    ['the audit trail', () => '/v1/audit'],
    ['its export', () => '/v1/audit/export'],
  ])('is not shown: %s', async (_, path) => {
    await runSql(api.databaseUrl, 'REVOKE INSERT ON audit_entries FROM renkei_service')
    const answer = await fixed.request(path())
    expect(answer).toMatchObject({ status: 503, body: { code: 'overloaded' } })
    expect(answer.text).not.toContain(reportId)
    expect(answer.headers.has('etag')).toBe(false)
    await runSql(api.databaseUrl, 'GRANT INSERT ON audit_entries TO renkei_service')
    expect((await fixed.request(path())).status).toBe(200)
  })

  test('is not sent to a socket, which is closed and resumes with every event', async () => {
    const feed = await openFeed(api, fixed)
    await runSql(api.databaseUrl, 'REVOKE INSERT ON audit_entries FROM renkei_service')
    const id = '01a00000-0000-7000-8000-000000000001'
    await storeEvent(id)
    const { code } = await feed.closed
    expect(code).toBe(1011)
    expect(feed.events).toEqual([])
    await runSql(api.databaseUrl, 'GRANT INSERT ON audit_entries TO renkei_service')
    const cursor =
      feed.cursor() ?? String((await fixed.request('/v1/snapshot')).body.feedcursor - 1)
    const again = await openFeed(api, fixed, `after=${cursor}`)
    await again.waitForEvents(1)
    expect(again.events.map(({ subject }) => subject)).toEqual([id])
    again.socket.close()
  })

  // As another process would, whose own entry had been written.
  async function storeEvent(id: string): Promise<void> {
    await runSql(
      api.databaseUrl,
      `WITH copied AS (
        INSERT INTO reports SELECT (jsonb_populate_record(r, jsonb_build_object('report_id', '${id}'))).*
        FROM reports r WHERE report_id = '${reportId}' RETURNING report_id),
      revised AS (
        INSERT INTO report_revisions
        SELECT (jsonb_populate_record(v, jsonb_build_object('report_id', c.report_id))).*
        FROM report_revisions v, copied c WHERE v.report_id = '${reportId}' RETURNING 1),
      numbered AS (UPDATE feed SET head = head + 1 RETURNING head)
      INSERT INTO events SELECT (jsonb_populate_record(e, jsonb_build_object('report_id', '${id}',
        'subject', '${id}', 'seq', head, 'event_id', gen_random_uuid()))).*
      FROM events e, numbered, revised WHERE e.report_id = '${reportId}'`,
    )
  }
})

describe('a refused attempt', () => {
  const denials = async () => rows('access.denied')

  test('is on record with its route, reason and claimed key, never the secret', async () => {
    const secret = 'A'.repeat(43)
    const answer = await api.request(`/v1/reports/${reportId}`, {
      headers: { authorization: `Bearer rk_${mobile.keyId}_${secret}` },
    })
    expect(answer.status).toBe(401)
    const [entry] = (await denials()).slice(-1)
    expect(entry).toMatchObject({
      organisation_id: null,
      key_id: null,
      address: '127.0.0.1',
      object_ids: [reportId],
      // Whose key was claimed, and not whose report was asked for.
      object_owner: 'example-mobile',
      detail: {
        attempted: 'report.read',
        route: 'GET /v1/reports/:reportId',
        status: 401,
        reason: 'unauthenticated',
        claimedKeyId: mobile.keyId,
      },
    })
    expect(JSON.stringify(entry)).not.toContain(secret)
  })

  test('of a key without the scope, or at what it may not know of, names the key', async () => {
    const reader = await api.addParty('example-reader', 'carrier', ['feed:read'])
    expect(await reader.request('/v1/reports')).toMatchObject({ status: 403 })
    const hidden = await post(mobile, { tlp: 'TLP:RED' })
    expect(await other.request(`/v1/reports/${hidden}`)).toMatchObject({ status: 404 })
    const [forbidden, absent] = (await denials()).slice(-2)
    expect(forbidden).toMatchObject({ key_id: reader.keyId, detail: { status: 403 } })
    // That the report exists, and whose it is, stands nowhere.
    expect(absent).toMatchObject({ key_id: other.keyId, object_ids: [hidden], object_owner: null })
  })

  test('that is repeated is counted, and what is counted is written when the service stops', async () => {
    const beside = await startTestApi({
      beside: api,
      env: { RENKEI_AUDIT_DENIALS_PER_MINUTE_MAX: '5' },
    })
    const before = (await denials()).length
    const guesser = await api.addParty('example-guesser', 'carrier', ['feed:read'])
    const there = guesser.at(beside)
    for (let count = 0; count < 20; count += 1) await there.request('/v1/reports')
    expect(await denials()).toHaveLength(before + 1)
    const ids = Array.from(
      { length: 20 },
      (_, index) => `01a00000-0000-7000-8000-0000000001${10 + index}`,
    )
    for (const id of ids) await there.request(`/v1/subscriptions/${id}`)
    expect(await denials()).toHaveLength(before + 5)
    await beside.stop()
    const written = (await denials()).slice(before)
    expect(written).toHaveLength(7)
    const counts = written.map(({ detail }) => (detail as { count?: number }).count ?? 1)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(40)
  })

  test('that was counted is written in full, though it is more than may wait at once', async () => {
    const beside = await startTestApi({
      beside: api,
      env: { RENKEI_AUDIT_DENIALS_PER_MINUTE_MAX: '400', RENKEI_AUDIT_WAITING_MAX: '100' },
    })
    const guesser = await api.addParty('example-patient', 'carrier', ['subscriptions:write'])
    const there = guesser.at(beside)
    const ids = Array.from(
      { length: 130 },
      (_, index) => `01a00000-0000-7000-8000-000000002${100 + index}`,
    )
    for (const id of [...ids, ...ids]) {
      expect(await there.request(`/v1/subscriptions/${id}`)).toMatchObject({ status: 404 })
    }
    await beside.stop()
    const written = (await denials()).filter(({ key_id: key }) => key === guesser.keyId)
    expect(written).toHaveLength(260)
  })
})

test('a change is recorded in its transaction, with its owner and address', async () => {
  const id = await post(mobile)
  const [entry] = (await rows('report.created')).slice(-1)
  expect(entry).toMatchObject({
    chain: 'write',
    object_ids: [id],
    object_owner: 'example-mobile',
    address: '127.0.0.1',
    detail: { revision: 1 },
  })
})
