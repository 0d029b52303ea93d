// Lists tell nothing of reports that cannot be seen: neither their identifiers by a cursor, nor how
// many there are by where a page ends.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { agree, type Party } from './parties.ts'
import { type Json, sampleReport } from './sample-report.ts'

let api: TestApi
let mobile: Party
let peer: Party
const hidden: string[] = []
let seen: string[]

beforeAll(async () => {
  api = await startTestApi()
  mobile = await api.addParty('example-mobile', 'carrier')
  peer = await api.addParty('example-fixed', 'carrier')
  const older = await post({ tlp: 'TLP:GREEN' })
  for (let nr = 0; nr < 130; nr += 1) hidden.push(await post({ tlp: 'TLP:AMBER' }))
  seen = [await post({ tlp: 'TLP:CLEAR' }), older]
})
afterAll(() => api.stop())

async function post(members: Json): Promise<string> {
  const { status, body } = await mobile.request('/v1/reports', {
    json: sampleReport('example-mobile', members),
  })
  expect({ status, body }).toMatchObject({ status: 201 })
  return body.reportId
}

async function pagesOf(party: Party, query: string): Promise<{ ids: string[]; text: string }> {
  const ids: string[] = []
  let text = ''
  for (let next: string | undefined = ''; next !== undefined;) {
    const page = await party.request(`/v1/reports?${query}${next && `&cursor=${next}`}`)
    expect(page.status).toBe(200)
    text += page.text
    ids.push(...page.body.items.map((item: Json) => item['reportId']))
    next = page.body.next
  }
  return { ids, text }
}

test.each(['limit=1', 'limit=2', 'kind=fault&limit=1', 'minLevel=0&limit=200'])(
  'a list (%s) is that of what can be seen, and no byte of it names another',
  async (query) => {
    const { ids, text } = await pagesOf(peer, query)
    expect(ids).toEqual(seen)
    expect(hidden.filter((id) => text.includes(id))).toEqual([])
  },
)

test('a filter that only hidden reports meet is answered as one that none meets', async () => {
  const prefecture = { areas: [{ type: 'prefecture', code: '47' }] }
  hidden.push(await post({ ...prefecture, tlp: 'TLP:AMBER' }))
  const [met, unmet] = await Promise.all(
    ['47', '46'].map((code) => peer.request(`/v1/reports?prefecture=${code}&limit=1`)),
  )
  expect(met!.body).toEqual(unmet!.body)
})

test('with an agreement they are listed, each once', async () => {
  await agree(api, mobile, peer, { tlpMax: 'TLP:AMBER' })
  const { ids } = await pagesOf(peer, 'limit=50')
  expect(ids).toHaveLength(hidden.length + seen.length)
  expect(new Set(ids)).toEqual(new Set([...hidden, ...seen]))
})

test('revisions before the first that can be seen end no list and hide no report', async () => {
  const first = await post({ tlp: 'TLP:RED' })
  const json = sampleReport('example-mobile', { tlp: 'TLP:GREEN', state: 'identified' })
  for (const revision of [1, 2]) {
    const path = `/v1/reports/${first}/revisions`
    const answer = await mobile.request(path, { json, headers: { 'if-match': `"${revision}"` } })
    expect(answer.status).toBe(200)
  }
  const stranger = await api.addParty('example-isp', 'carrier')
  const page = await stranger.request(`/v1/reports/${first}/revisions?limit=1`)
  expect(page.body.items.map((item: Json) => item['revision'])).toEqual([2])
  const rest = await stranger.request(`/v1/reports/${first}/revisions?limit=1&after=2`)
  expect(rest.body).toMatchObject({ items: [{ revision: 3 }] })
  expect(rest.body.next).toBeUndefined()
})
