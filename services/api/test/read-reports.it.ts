import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { agree, type Party } from './parties.ts'
import { emergencyReport, type Json, sampleReport } from './sample-report.ts'

let api: TestApi
let mobile: Party
let fixed: Party
let ids: Record<string, string>

beforeAll(async () => {
  api = await startTestApi()
  mobile = await api.addParty('example-mobile', 'carrier')
  fixed = await api.addParty('example-fixed', 'carrier')
  ids = {
    flash: await post(mobile, sampleReport('example-mobile')),
    crisis: await post(mobile, emergencyReport('example-mobile', { tlp: 'TLP:GREEN' })),
    work: await post(fixed, sampleReport('example-fixed', {}, 'flash-maintenance')),
    drill: await post(fixed, sampleReport('example-fixed', { messageStatus: 'exercise' })),
    secret: await post(fixed, sampleReport('example-fixed', { tlp: 'TLP:RED' })),
    nationwide: await post(fixed, sampleReport('example-fixed', { areas: [{ type: 'country' }] })),
    osaka: await post(
      fixed,
      sampleReport('example-fixed', { areas: [{ type: 'prefecture', code: '27' }] }),
    ),
    ended: await post(mobile, sampleReport('example-mobile', {}, 'final-withdrawn')),
  }
})
afterAll(() => api.stop())

async function post(party: Party, json: Json): Promise<string> {
  const { status, body } = await party.request('/v1/reports', { json })
  expect({ status, body }).toMatchObject({ status: 201 })
  return body.reportId
}

async function list(party: Party, query = ''): Promise<string[]> {
  const { status, body } = await party.request(`/v1/reports?${query}`)
  expect({ status, body }).toMatchObject({ status: 200 })
  const names = Object.entries(ids)
  return body.items.map((item: Json) => names.find(([, id]) => id === item['reportId'])?.[0])
}

describe('the list', () => {
  test('has what is real and visible, newest first', async () => {
    expect(await list(mobile)).toEqual(['ended', 'osaka', 'nationwide', 'work', 'crisis', 'flash'])
  })

  test.each<[string, string[]]>([
    ['kind=maintenance', ['work']],
    ['kind=maintenance&kind=fault&open=true', ['osaka', 'nationwide', 'work', 'crisis', 'flash']],
    ['state=withdrawn', ['ended']],
    ['minLevel=4', ['crisis']],
    ['open=false', ['ended']],
    ['prefecture=27', ['osaka', 'nationwide', 'work']],
    ['organisation=example-mobile', ['ended', 'crisis', 'flash']],
    ['messageStatus=exercise', ['drill']],
    ['service=voiceEmergencyCapable&minLevel=4', ['crisis']],
    ['limit=2', ['ended', 'osaka']],
  ])('filters by %s', async (query, names) => {
    expect(await list(mobile, query)).toEqual(names)
  })

  test('hides no report whose services or area are not known', async () => {
    const { body } = await mobile.request('/v1/reports?service=sms')
    expect(body.items).toMatchObject([{ reportId: ids['work'], impacts: [] }])
  })

  test('pages through all, each once', async () => {
    const all = await list(mobile)
    const seen: string[] = []
    let cursor = ''
    for (let pages = 0; pages < 20; pages += 1) {
      const { body } = await mobile.request(`/v1/reports?limit=2${cursor}`)
      seen.push(...body.items.map((item: Json) => item['reportId']))
      if (!body.next) break
      cursor = `&cursor=${body.next}`
    }
    expect(seen).toEqual(all.map((name) => ids[name]))
  })

  test.each([
    'kind=flood',
    'minLevel=5',
    'minLevel=high',
    'open=perhaps',
    'limit=0',
    'limit=201',
    'cursor=1',
    'colour=red',
    'prefecture=48',
    'limit=1&limit=2',
    '__proto__=1',
    'kind[]=fault',
    'organisation=%00',
  ])('refuses %s with 400 and the name of the parameter', async (query) => {
    const { status, body } = await mobile.request(`/v1/reports?${query}`)
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid-request' })
    const name = query.split(/[=[]/)[0]!
    expect(JSON.stringify(body.errors)).toContain(name)
  })
})

describe('one report', () => {
  test('has its revision as ETag', async () => {
    const { status, headers, body } = await mobile.request(`/v1/reports/${ids['flash']}`)
    expect({ status, etag: headers.get('etag') }).toEqual({ status: 200, etag: '"1"' })
    expect(body.reportId).toBe(ids['flash'])
  })

  test('looks to its owner as it was posted, to a peer without the marked parts', async () => {
    await agree(api, await api.addParty('example-mvno', 'mvno'), mobile, { mayReportFor: true })
    const report = sampleReport('example-mobile', { tlp: 'TLP:GREEN' }, 'all-fields')
    const id = await post(mobile, report)
    const { body: own } = await mobile.request(`/v1/reports/${id}`)
    expect(own).toMatchObject(report)
    const { body: peers } = await fixed.request(`/v1/reports/${id}`)
    expect(peers).toMatchObject({ reportId: id, impacts: report['impacts'] })
    for (const hidden of ['sensitive', 'markings', 'extensions'])
      expect(peers).not.toHaveProperty(hidden)
  })

  test.each(['', '/revisions', '/revisions/1', '/difference?from=1', '/revisions/9'])(
    'that one may not know of is answered like one that does not exist (%s)',
    async (suffix) => {
      const nobody = '01985a7c-8b20-7d31-9f40-1a2b3c4d5e6f'
      const answers = await Promise.all(
        [ids['secret'], nobody].map((id) => mobile.request(`/v1/reports/${id}${suffix}`)),
      )
      const told = answers.map(({ status, body }) => ({ status, ...body, requestId: null }))
      expect(told[0]).toMatchObject({ status: 404, code: 'not-found' })
      expect(told[0]).toEqual(told[1])
    },
  )
})

describe('who may see which list', () => {
  test.each([
    ['mvno', 'example-mvno', ['nationwide', 'osaka', 'crisis', 'flash']],
    ['vendor', 'example-vendor', ['crisis']],
    ['government', 'example-ministry', ['nationwide', 'osaka', 'crisis', 'flash']],
    ['media', 'example-paper', []],
  ] as const)('a %s sees what its clearance allows', async (kind, code, names) => {
    const party = await api.addParty(code, kind)
    const seen = new Set(await list(party))
    const others = ['nationwide', 'osaka', 'crisis', 'flash', 'secret', 'drill']
    expect(others.filter((name) => seen.has(name))).toEqual(names)
  })
})
