// What a socket hears when there is nothing to tell, and how one that no longer hears is noticed.

import { waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { openFeed } from './feed-client.ts'
import type { Party } from './parties.ts'
import { sampleReport } from './sample-report.ts'

let api: TestApi
let mobile: Party

beforeAll(async () => {
  api = await startTestApi({ env: { RENKEI_FEED_HEARTBEAT_MS: '3000' } })
  mobile = await api.addParty('example-mobile', 'carrier')
})
afterAll(() => api.stop())

test('a quiet socket hears a heartbeat with the cursor up to which it has everything', async () => {
  const client = await openFeed(api, mobile, 'minLevel=4')
  const { body } = await mobile.request('/v1/reports', { json: sampleReport('example-mobile') })
  const { seq } = await api.db
    .selectFrom('events')
    .select('seq')
    .where('event_id', '=', body.eventId)
    .executeTakeFirstOrThrow()
  const beat = await waitFor(
    () => client.streamEvents.find((event) => Number(event['feedcursor']) >= seq),
    { timeoutMs: 25_000 },
  )
  expect(beat).toMatchObject({ specversion: '1.0', type: 'jp.renkei.stream.heartbeat.v1' })
  expect(client.events).toEqual([])
  client.socket.terminate()
  await client.closed
})

test('a reader that is gone without a word is noticed by its missing answer', async () => {
  const client = await openFeed(api, mobile)
  await waitFor(async () => (await openSockets()) === 1, { timeoutMs: 10_000 })
  // From here on it neither reads nor answers pings; nothing tells the server that it is gone.
  client.socket.pause()
  await waitFor(async () => (await openSockets()) === 0, { timeoutMs: 25_000 })
  client.socket.terminate()
})

async function openSockets(): Promise<number> {
  const { text } = await api.request('/metrics')
  return Number(/^renkei_feed_sockets (\d+)$/m.exec(text)?.[1])
}
