import { readFeedHead } from '@renkei/db'
import { waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { type FeedClient, openFeed } from './feed-client.ts'
import type { Party } from './parties.ts'
import { sendRaw } from './raw-request.ts'
import { emergencyReport, type Json, sampleReport } from './sample-report.ts'

let api: TestApi
let mobile: Party
let fixed: Party
const clients: FeedClient[] = []

beforeAll(async () => {
  api = await startTestApi({
    env: { RENKEI_FEED_HEARTBEAT_MS: '60000', RENKEI_FEED_SOCKETS_MAX: '8' },
  })
  mobile = await api.addParty('example-mobile', 'carrier')
  fixed = await api.addParty('example-fixed', 'carrier')
})
afterAll(async () => {
  for (const client of clients) client.socket.terminate()
  await api.stop()
})

async function open(query = '', party = fixed): Promise<FeedClient> {
  const client = await openFeed(api, party, query)
  clients.push(client)
  return client
}

async function post(json: Json): Promise<string> {
  return (await mobile.request('/v1/reports', { json })).body.eventId
}

const ids = (client: FeedClient) => client.events.map((event) => event['id'])

async function close(client: FeedClient): Promise<void> {
  client.socket.terminate()
  await client.closed
}

test('a socket without a cursor begins now and hears what follows', async () => {
  await post(sampleReport('example-mobile'))
  const { head } = await readFeedHead(api.db)
  const { body } = await fixed.request(`/v1/events?after=${head - 1}&wait=20`)
  expect(body.events).toHaveLength(1)
  const client = await open()
  const id = await post(sampleReport('example-mobile'))
  await client.waitForEvents(1)
  expect(ids(client)).toEqual([id])
  await close(client)
})

test('a socket with a cursor gets what it missed and then what is new, without a seam', async () => {
  const { head } = await readFeedHead(api.db)
  const missed = [
    await post(sampleReport('example-mobile')),
    await post(sampleReport('example-mobile')),
  ]
  const client = await open(`after=${head}`)
  const live = await post(sampleReport('example-mobile'))
  await client.waitForEvents(3)
  expect(ids(client)).toEqual([...missed, live])
  await close(client)
})

test('a filter and the projection hold on a socket as they do on pull', async () => {
  const { head } = await readFeedHead(api.db)
  const sensitive = { diagnostics: 'alarm 17' }
  await post(sampleReport('example-mobile', { sensitive }))
  await post(emergencyReport('example-mobile', { tlp: 'TLP:RED' }))
  const wanted = await post(emergencyReport('example-mobile', { sensitive }))
  const client = await open(`after=${head}&minLevel=4`)
  await client.waitForEvents(1)
  expect(ids(client)).toEqual([wanted])
  expect(JSON.stringify(client.events)).not.toContain('alarm 17')
  await close(client)
})

describe('a cursor that is not of this feed', () => {
  test.each([
    'after=9007199254740991',
    'after=9999999999999999',
    'after=0&epoch=00000000-0000-0000-0000-000000000000',
  ])('%s is told to begin again from the snapshot and closed with 4009', async (query) => {
    const client = await open(query)
    const { code, reason } = await client.closed
    expect({ code, reason }).toMatchObject({ code: 4009, reason: /^resync head=\d{16}$/ })
    expect(client.streamEvents).toMatchObject([
      { type: 'jp.renkei.stream.resync.v1', data: { snapshot: '/v1/snapshot' } },
    ])
  })
})

describe('a socket is refused before it opens', () => {
  test('without a key, with 401', async () => {
    await expect(openFeed(api, { apiKey: 'rk_no' })).rejects.toThrow('status 401')
  })

  test('without the scope, with 403', async () => {
    const writer = await api.addParty('example-mobile', 'carrier', ['reports:write'])
    await expect(openFeed(api, writer)).rejects.toThrow('status 403')
  })

  test.each(['after=abc', 'minLevel=9', 'kind=flood', 'wait=1', 'limit=1'])(
    'with the unusable query %s, with 400',
    async (query) => {
      await expect(openFeed(api, fixed, query)).rejects.toThrow('status 400')
    },
  )
})

test('a socket that is refused is closed, not only answered', { timeout: 20_000 }, async () => {
  const upgrade = [
    'GET /v1/feed HTTP/1.1',
    'host: x',
    'connection: Upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    `sec-websocket-key: ${Buffer.alloc(16).toString('base64')}`,
  ]
  for (const key of ['Bearer rk_no', `Bearer ${fixed.apiKey}x`]) {
    const bytes = [...upgrade, `authorization: ${key}`, '', ''].join('\r\n')
    expect(await sendRaw(api.url, bytes)).toMatch(/^HTTP\/1\.1 401 /)
  }
})

test(
  'who offers another protocol is served over HTTP all the same',
  { timeout: 20_000 },
  async () => {
    const body = JSON.stringify(sampleReport('example-mobile'))
    const head = [
      'POST /v1/reports HTTP/1.1',
      'host: x',
      'connection: Upgrade, HTTP2-Settings, close',
      'upgrade: h2c',
      'http2-settings: AAMAAABkAARAAAAAAAIAAAAA',
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
      `authorization: Bearer ${mobile.apiKey}`,
    ]
    const answer = await sendRaw(api.url, `${head.join('\r\n')}\r\n\r\n${body}`)
    expect(answer).toMatch(/^HTTP\/1\.1 201 /)
  },
)

test('a socket beyond the limit is closed with 4029, and the others stay', async () => {
  const now = `after=${(await readFeedHead(api.db)).head}`
  const within = await Promise.all(Array.from({ length: 8 }, () => open(now)))
  const beyond = await open(now)
  expect(await beyond.closed).toMatchObject({ code: 4029 })
  const id = await post(sampleReport('example-mobile'))
  await Promise.all(within.map((client) => client.waitForEvents(1)))
  for (const client of within) expect(ids(client)).toEqual([id])
  await Promise.all(within.map(close))
  await waitFor(async () => (await openSockets()) === 0, { timeoutMs: 20_000 })
})

test('a reader that sends more than a word is closed, and one that sends nonsense harms nobody', async () => {
  const loud = await open()
  loud.socket.send('x'.repeat(100_000))
  expect(await loud.closed).toMatchObject({ code: 1009 })
  const odd = await open(`after=${(await readFeedHead(api.db)).head}`)
  odd.socket.send('{"subscribe":"all"}')
  const id = await post(sampleReport('example-mobile'))
  await odd.waitForEvents(1)
  expect(ids(odd)).toEqual([id])
  await close(odd)
})

test('a plain GET of the feed address is told as a problem', async () => {
  const answer = await fixed.request('/v1/feed')
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: 'Upgrade' }] } })
})

async function openSockets(): Promise<number> {
  const { text } = await api.request('/metrics')
  return Number(/^renkei_feed_sockets (\d+)$/m.exec(text)?.[1])
}
