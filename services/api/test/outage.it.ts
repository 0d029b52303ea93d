// The database goes away and comes back, in each of the ways in which networks and servers do that.

import { readFeedHead } from '@renkei/db'
import { startTcpProxy, type TcpProxy, waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { openFeed } from './feed-client.ts'
import type { Party } from './parties.ts'
import { sampleReport } from './sample-report.ts'

let home: TestApi
let api: TestApi
let proxy: TcpProxy
let mobile: Party

beforeAll(async () => {
  home = await startTestApi()
  proxy = await startTcpProxy(home.databaseUrl)
  api = await startTestApi({
    beside: home,
    databaseUrl: () => proxy.url,
    env: { RENKEI_API_DATABASE_STATEMENT_MS: '2000' },
  })
  mobile = (await home.addParty('example-mobile', 'carrier')).at(api)
})
afterAll(async () => {
  await proxy.restore()
  await api.stop()
  await proxy.close()
  await home.stop()
})
beforeEach(async () => {
  await proxy.restore()
  await recovered()
})

const post = (key?: string) =>
  mobile.request('/v1/reports', {
    json: sampleReport('example-mobile'),
    headers: { ...(key && { 'idempotency-key': `"${key}"` }) },
  })

const recovered = () =>
  waitFor(async () => (await post()).status === 201, { timeoutMs: 30_000, everyMs: 100 })

describe.each([
  ['refuses connections', () => proxy.refuse()],
  ['resets what is open', async () => proxy.cut()],
  ['is silent', async () => proxy.blackhole()],
])('while the database %s', (how, fail) => {
  test(
    'reports are answered 503 with Retry-After, or stored; then taken again without a restart',
    { timeout: 120_000 },
    async () => {
      await fail()
      const answers = await Promise.all(Array.from({ length: 20 }, () => post()))
      for (const { status, body, headers } of answers) {
        expect([201, 503]).toContain(status)
        if (status === 503) expect(body.code).toBe('overloaded')
        if (status === 503) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
      }
      await proxy.restore()
      await recovered()
    },
  )

  test(
    'a repeat with the same key after the outage is stored once',
    { timeout: 120_000 },
    async () => {
      const key = `outage-${how.replaceAll(' ', '-')}`
      const json = JSON.stringify(sampleReport('example-mobile'))
      const send = () =>
        mobile.request('/v1/reports', { body: json, headers: { 'idempotency-key': `"${key}"` } })
      const pending = [send(), send(), send()]
      await fail()
      await Promise.all(pending)
      await proxy.restore()
      const stored = await waitFor(
        async () => {
          const answer = await send()
          return answer.status === 201 && answer
        },
        { timeoutMs: 30_000, everyMs: 100 },
      )
      expect((await send()).text).toBe(stored.text)
      const { count } = await home.db
        .selectFrom('idempotency_keys')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('idempotency_key', '=', key)
        .executeTakeFirstOrThrow()
      expect(count).toBe(1)
    },
  )
})

test(
  'the process lives and is not ready while the database is away',
  { timeout: 60_000 },
  async () => {
    expect(await api.request('/readyz')).toMatchObject({ status: 200, body: { database: true } })
    await proxy.refuse()
    expect(await api.request('/livez')).toMatchObject({ status: 200 })
    expect(await api.request('/readyz')).toMatchObject({
      status: 503,
      body: { status: 'notReady', database: false },
    })
    await proxy.restore()
    await waitFor(async () => (await api.request('/readyz')).status === 200, { timeoutMs: 30_000 })
  },
)

test(
  'a socket and a long poll outlive an outage and miss nothing of it',
  { timeout: 90_000 },
  async () => {
    const { head } = await readFeedHead(home.db)
    const client = await openFeed(api, mobile, `after=${head}`)
    const before = (await post()).body.eventId
    await client.waitForEvents(1)
    const poll = mobile.request(`/v1/events?after=${head + 1}&wait=60`)
    await proxy.refuse()
    const meanwhile = await mobile
      .at(home)
      .request('/v1/reports', { json: sampleReport('example-mobile') })
    await proxy.restore()
    await client.waitForEvents(2)
    expect(client.events.map((event) => event['id'])).toEqual([before, meanwhile.body.eventId])
    expect((await poll).body.events[0].id).toBe(meanwhile.body.eventId)
    client.socket.terminate()
  },
)

test('reads are answered 503 with Retry-After, never 500', { timeout: 90_000 }, async () => {
  const { body } = await post()
  await proxy.refuse()
  const paths = ['', `/${body.reportId}`, `/${body.reportId}/revisions`]
  const others = ['/v1/snapshot', '/v1/subscriptions', body.links.ledger]
  for (const path of [...paths.map((suffix) => `/v1/reports${suffix}`), ...others]) {
    const answer = await mobile.request(path)
    expect({ path, status: answer.status }).toEqual({ path, status: 503 })
  }
})
