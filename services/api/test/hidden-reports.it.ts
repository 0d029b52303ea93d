// Lists tell nothing of reports that cannot be seen: neither their identifiers by a cursor, nor how
// many there are by where a page ends.

import { runSql } from '@renkei/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitFor } from '@renkei/testkit'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { captureLog } from './capture-log.ts'
import { openFeed } from './feed-client.ts'
import { agree, type Party } from './parties.ts'
import { type Json, sampleReport } from './sample-report.ts'

const log = captureLog()
let api: TestApi
let mobile: Party
let peer: Party
const hidden: string[] = []
let seen: string[]

beforeAll(async () => {
  api = await startTestApi({ log: log.log })
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

test.each(['limit=1', 'limit=2', 'limit=200'])(
  'the pages of a snapshot (%s) are those of what can be seen, and no cursor counts another',
  async (query) => {
    const limit = Number(query.split('=')[1])
    const pages: Json[][] = []
    for (let after: string | undefined = ''; after !== undefined;) {
      const page = await peer.request(`/v1/snapshot?${query}${after}`)
      expect(page.status).toBe(200)
      pages.push(page.body.items)
      after = page.body.next && `&after=${page.body.next}`
    }
    expect(pages.flat().map((item) => item['reportId'])).toEqual(seen.toReversed())
    expect(pages).toHaveLength(Math.ceil(seen.length / limit))
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

test('a hidden report is not found without being opened: it takes no longer than none', async () => {
  const sensitive = { diagnostics: 'くれない一号' }
  const id = await post({ tlp: 'TLP:AMBER', sensitive })
  hidden.push(id)
  // Whoever opens it now leaves a fault in the log.
  await runSql(
    api.databaseUrl,
    `begin; set local session_replication_role = replica;
     update report_revisions set content = jsonb_set(content::jsonb, '{sensitive}', '"v1.x.y"')
     where report_id = '${id}'; commit`,
  )
  const faults = () => log.events().filter((event) => event === 'vault.fault').length
  for (const path of ['', '/revisions/1', '/revisions', '/difference?from=1']) {
    expect(await peer.request(`/v1/reports/${id}${path}`)).toMatchObject({ status: 404 })
  }
  expect(faults()).toBe(0)
  expect(await mobile.request(`/v1/reports/${id}`)).toMatchObject({ status: 200 })
  expect(faults()).toBe(1)
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

test('a part that is marked later is hidden in the revisions before, by every way', async () => {
  const word = 'a cause that was told by mistake'
  const cause = { category: 'equipment', text: word, confirmed: true }
  const listener = await api.addParty('example-listener', 'carrier')
  const feed = await openFeed(api, listener)
  const first = await post({ tlp: 'TLP:GREEN', cause })
  await feed.waitForEvents(1)
  expect(JSON.stringify(feed.events)).toContain(word)
  const cursor = feed.cursor()
  const markings = [{ pointer: '/cause', tlp: 'TLP:RED' }]
  const json = sampleReport('example-mobile', { tlp: 'TLP:GREEN', cause, markings })
  const path = `/v1/reports/${first}`
  const headers = { 'if-match': '"1"' }
  expect((await mobile.request(`${path}/revisions`, { json, headers })).status).toBe(200)
  await feed.waitForEvents(2)
  // From memory, where the first revision still is, and from the table.
  const replay = await openFeed(api, listener, 'after=0000000000000000')
  const far = () => replay.events.some((event) => String(event['feedcursor']) > String(cursor))
  await waitFor(far, { timeoutMs: 10_000, what: 'the replay' })
  const ways = ['', '/revisions', '/revisions/1', '/difference?from=1&to=2']
  const answers = await Promise.all([
    ...ways.map((way) => listener.request(`${path}${way}`)),
    listener.request('/v1/events?limit=500'),
  ])
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
  expect(answers.map(({ text }) => text.includes(word))).toEqual(
    ways.map(() => false).concat(false),
  )
  expect(JSON.stringify(replay.events)).not.toContain(word)
  expect((await mobile.request(`${path}/revisions/1`)).text).toContain(word)
  for (const { socket } of [feed, replay]) socket.terminate()
})
