// Readers that take nothing: the API keeps a bounded part of the feed for each, tells them to resume
// and goes on for everybody else.

import { waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { captureLog } from './capture-log.ts'
import { openFeed } from './feed-client.ts'
import type { Party } from './parties.ts'
import { sampleReport } from './sample-report.ts'

let api: TestApi
let mobile: Party
let fixed: Party
const eventsTotal = 400
const captured = captureLog()

beforeAll(async () => {
  api = await startTestApi({
    log: captured.log,
    env: {
      RENKEI_FEED_SOCKET_BUFFER_BYTES_MAX: '65536',
      RENKEI_FEED_SLOW_SOCKET_MS: '2000',
      RENKEI_FEED_HEARTBEAT_MS: '60000',
    },
  })
  mobile = await api.addParty('example-mobile', 'carrier')
  fixed = await api.addParty('example-fixed', 'carrier')
  await postLargeReports()
})
afterAll(() => api.stop())

// About 17 MB in all: more than the buffers of a connection's two ends hold.
async function postLargeReports(): Promise<void> {
  const text = { language: 'ja', headline: '障害', description: '障'.repeat(1900) }
  const languages = ['ja', 'en', 'zh', 'ko', 'vi', 'pt', 'ne']
  const texts = languages.map((language) => ({ ...text, language }))
  const report = sampleReport('example-mobile', { texts })
  for (let posted = 0; posted < eventsTotal; posted += 100) {
    const items = Array.from({ length: 100 }, () => ({ report }))
    const { body } = await mobile.request('/v1/reports/batch', { json: { items } })
    expect(body.items.filter((item: { status: number }) => item.status !== 201)).toEqual([])
  }
}

const tooSlow = () => captured.events().filter((event) => event === 'feed.socket-too-slow').length

test(
  'a reader that stops reading is closed with 4008 and the cursor at which to go on',
  { timeout: 90_000 },
  async () => {
    const slowBefore = tooSlow()
    const client = await openFeed(api, fixed, 'after=0')
    client.socket.pause()
    await waitFor(() => tooSlow() === slowBefore + 1, { timeoutMs: 60_000 })
    client.socket.resume()
    const { code, reason } = await client.closed
    expect({ code, reason }).toMatchObject({
      code: 4008,
      reason: /^too slow; resume after=\d{16}$/,
    })
    expect(client.events.length).toBeLessThan(eventsTotal)
    const last = client.events.at(-1)!['feedcursor']
    expect(reason).toContain(last)
    const again = await openFeed(api, fixed, `after=${last}`)
    await again.waitForEvents(eventsTotal - client.events.length)
    again.socket.terminate()
    const cursors = [...client.events, ...again.events].map((event) => Number(event['feedcursor']))
    expect(cursors).toEqual(Array.from({ length: eventsTotal }, (_, index) => index + 1))
  },
)

test(
  'many such readers cost a bounded part of memory, and then nothing',
  { timeout: 120_000 },
  async () => {
    const readers = 12
    const slowBefore = tooSlow()
    const bytesBefore = process.memoryUsage().arrayBuffers
    const clients = await Promise.all(
      Array.from({ length: readers }, async () => {
        const client = await openFeed(api, fixed, 'after=0')
        client.socket.pause()
        return client
      }),
    )
    let peak = 0
    await waitFor(
      async () => {
        peak = Math.max(peak, process.memoryUsage().arrayBuffers - bytesBefore)
        return (await openSockets()) === 0
      },
      { timeoutMs: 90_000 },
    )
    expect(tooSlow()).toBeGreaterThan(slowBefore)
    // Without a bound it would be all that the readers did not take: two hundred megabytes.
    expect(peak / readers).toBeLessThan(3_000_000)
    for (const client of clients) client.socket.terminate()
  },
)

test('a reader beside them is not held up', { timeout: 60_000 }, async () => {
  const stuck = await Promise.all([0, 1, 2].map(() => openFeed(api, fixed, 'after=0')))
  for (const client of stuck) client.socket.pause()
  const healthy = await openFeed(api, fixed, 'after=0')
  await healthy.waitForEvents(eventsTotal)
  for (const client of [...stuck, healthy]) client.socket.terminate()
})

async function openSockets(): Promise<number> {
  const { text } = await api.request('/metrics')
  return Number(/^renkei_feed_sockets (\d+)$/m.exec(text)?.[1])
}
