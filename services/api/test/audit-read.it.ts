// Who has seen my report? The audit trail as an organisation reads it.

import { runSql } from '@renkei/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postReport } from './audit-entries.ts'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'

let api: TestApi
let mobile: Party
let fixed: Party
let other: Party

const post = postReport

beforeAll(async () => {
  api = await startTestApi()
  mobile = await api.addParty('example-mobile', 'carrier')
  fixed = await api.addParty('example-fixed', 'carrier')
  other = await api.addParty('example-other', 'carrier')
  await post(mobile)
})
afterAll(() => api.stop())

async function trail(party: Party, query = '') {
  const { status, body } = await party.request(`/v1/audit?${query}`)
  expect({ status, body }).toMatchObject({ status: 200 })
  return body.items as Record<string, unknown>[]
}

describe('GET /v1/audit', () => {
  test('shows its owner who has seen a report, without the key or the address', async () => {
    const id = await post(mobile)
    await fixed.request(`/v1/reports/${id}`)
    const seen = await trail(mobile, `object=${id}&action=report.read`)
    expect(seen).toEqual([
      {
        auditId: expect.stringMatching(/^read-\d+$/),
        at: expect.any(String),
        organisation: 'example-fixed',
        action: 'report.read',
        objectType: 'report',
        objects: [id],
        owner: 'example-mobile',
        fields: expect.arrayContaining(['reportId', 'state']),
        audience: 'peer',
      },
    ])
  })

  test('shows an organisation what its own keys did, with key and address', async () => {
    const id = await post(mobile)
    await fixed.request(`/v1/reports/${id}`)
    const [mine] = await trail(fixed, `object=${id}`)
    expect(mine).toMatchObject({
      keyId: fixed.keyId,
      address: '127.0.0.1',
      owner: 'example-mobile',
    })
  })

  test('hides what concerns third parties only', async () => {
    const id = await post(mobile)
    await fixed.request(`/v1/reports/${id}`)
    expect(await trail(other, `object=${id}`)).toEqual([])
    const all = JSON.stringify(await trail(other, 'limit=500'))
    expect(all).not.toContain(id)
  })

  test('pages through everything, each entry once, newest first', async () => {
    const all = await trail(mobile, 'to=2999-01-01T00:00:00Z&limit=500')
    const until = encodeURIComponent(String(all[0]?.['at']))
    const whole = await trail(mobile, `to=${until}&limit=500`)
    const paged: Record<string, unknown>[] = []
    let cursor = ''
    do {
      const { body } = await mobile.request(`/v1/audit?to=${until}&limit=3${cursor}`)
      paged.push(...body.items)
      cursor = body.next === undefined ? '' : `&cursor=${body.next}`
    } while (cursor)
    expect(paged.map((entry) => entry['auditId'])).toEqual(whole.map((entry) => entry['auditId']))
    expect(new Set(paged.map((entry) => entry['auditId'])).size).toBe(paged.length)
    const times = paged.map((entry) => String(entry['at']))
    expect(times).toEqual(times.toSorted().toReversed())
  })

  test('pages between two entries of one millisecond', async () => {
    const lone = await api.addParty('example-lone', 'carrier')
    await runSql(
      api.databaseUrl,
      `INSERT INTO audit_entries (chain, at, request_id, action, object_type, object_owner)
      SELECT chain, at::timestamptz, 'r', 'x.y', 'x', 'example-lone' FROM (VALUES
        ('write', '2026-10-01T00:00:00.000100Z'), ('write', '2026-10-01T00:00:00.000900Z'),
        ('read', '2026-10-01T00:00:00.000500Z'), ('read', '2026-10-01T00:00:00.000500Z'),
        ('write', '2026-10-01T00:00:00.001Z')) AS entry (chain, at)`,
    )
    const whole = await trail(lone, 'action=x.y')
    const paged: Record<string, unknown>[] = []
    let cursor = ''
    do {
      const { body } = await lone.request(`/v1/audit?action=x.y&limit=1${cursor}`)
      paged.push(...body.items)
      cursor = body.next === undefined ? '' : `&cursor=${body.next}`
    } while (cursor && paged.length < 10)
    expect(paged).toEqual(whole)
    expect(paged).toHaveLength(5)
  })

  test('finds a report among the others of an entry, too', async () => {
    const [first, second] = [await post(mobile), await post(mobile)]
    await fixed.request('/v1/reports')
    for (const id of [first, second]) {
      const [listed, ...none] = await trail(mobile, `object=${id}&action=report.listed`)
      expect(listed?.['objects']).toEqual(expect.arrayContaining([first, second]))
      expect(none).toEqual([])
    }
    expect(await trail(other, `object=${first}`)).toEqual([])
  })

  test('filters by instant', async () => {
    const [newest] = await trail(mobile, 'limit=1')
    const at = encodeURIComponent(String(newest?.['at']))
    expect(await trail(mobile, `from=${at}&to=${at}`)).toEqual([])
    expect((await trail(mobile, `from=${at}`)).length).toBeGreaterThan(0)
    for (const query of [
      'from=yesterday',
      'cursor=1',
      'cursor=1790000000000-read-1',
      'object=%00',
      'colour=red',
    ]) {
      expect(await mobile.request(`/v1/audit?${query}`), query).toMatchObject({ status: 400 })
    }
  })

  test('is itself on record, as is its export, which has the same entries', async () => {
    const { text, status, headers } = await mobile.request('/v1/audit/export?action=report.created')
    expect(status).toBe(200)
    expect(headers.get('content-type')).toContain('application/x-ndjson')
    const exported = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(exported).toEqual(await trail(mobile, 'action=report.created&limit=500'))
    const actions = (await trail(mobile, 'limit=2')).map((entry) => entry['action'])
    expect(actions).toEqual(['audit.read', 'audit.exported'])
  })

  test('shows whose key it is that somebody tried it in vain, and from where', async () => {
    const authorization = `Bearer rk_${fixed.keyId}_${'A'.repeat(43)}`
    expect((await api.request('/v1/snapshot', { headers: { authorization } })).status).toBe(401)
    const [entry] = await trail(fixed, 'action=access.denied')
    expect(entry).toMatchObject({
      address: '127.0.0.1',
      more: { attempted: 'report.listed', status: 401, claimedKeyId: fixed.keyId },
    })
    expect(entry).not.toHaveProperty('organisation')
    expect(await trail(mobile, 'action=access.denied')).toEqual([])
  })

  test('needs its scope', async () => {
    const reader = await api.addParty('example-reader', 'carrier', ['reports:read'])
    expect(await reader.request('/v1/audit')).toMatchObject({ status: 403 })
    expect(await reader.request('/v1/audit/export')).toMatchObject({ status: 403 })
  })
})
