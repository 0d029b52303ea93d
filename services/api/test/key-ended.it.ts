// A socket and a long poll live on the key that opened them, as it was then, and no longer.

import { readFeedHead, revokeKey } from '@renkei/db'
import { waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { openFeed } from './feed-client.ts'
import { sampleReport } from './sample-report.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi({
    env: {
      RENKEI_FEED_HEARTBEAT_MS: '300',
      RENKEI_KEY_CACHE_MS: '50',
      RENKEI_KEY_USE_FLUSH_MS: '100',
    },
  })
})
afterAll(() => api.stop())

test('a revoked key takes its socket with it, and leaves the others', async () => {
  const revoked = await api.addParty('example-mobile', 'carrier')
  const other = await api.addParty('example-fixed', 'carrier')
  const ending = await openFeed(api, revoked)
  const staying = await openFeed(api, other)
  await revokeKey(api.db, revoked.keyId, new Date())
  expect(await ending.closed).toMatchObject({ code: 4001 })
  expect(staying.socket.readyState).toBe(staying.socket.OPEN)
  staying.socket.terminate()
  await staying.closed
})

test('a long poll whose key is revoked while it waits gets 401 instead of the news', async () => {
  const revoked = await api.addParty('example-polling', 'carrier')
  const owner = await api.addParty('example-mobile', 'carrier')
  const { head } = await readFeedHead(api.db)
  const poll = revoked.request(`/v1/events?after=${head}&wait=20`)
  await waitFor(async () => (await usedAt(revoked.keyId)) !== null)
  await revokeKey(api.db, revoked.keyId, new Date())
  // The revocation is known once a request with the key is refused.
  await waitFor(async () => (await revoked.request('/v1/reports?limit=1')).status === 401)
  const news = await owner.request('/v1/reports', { json: sampleReport('example-mobile') })
  expect(news.status).toBe(201)
  expect(await poll).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
})

test.each([
  [
    'scopes',
    (keyId: string) =>
      api.db
        .updateTable('api_keys')
        .set({ scopes: ['feed:read'] })
        .where('key_id', '=', keyId)
        .execute(),
  ],
  [
    'kind of organisation',
    () =>
      api.db
        .updateTable('organisations')
        .set({ kind: 'mvno' })
        .where('organisation_id', '=', 'example-changing')
        .execute(),
  ],
] as const)('a socket is closed when the %s of its key changes', async (_, change) => {
  const party = await api.addParty('example-changing', 'carrier')
  const feed = await openFeed(api, party)
  await change(party.keyId)
  expect(await feed.closed).toMatchObject({ code: 4001 })
})

async function usedAt(keyId: string): Promise<Date | null> {
  const row = await api.db
    .selectFrom('api_keys')
    .select('last_used_at')
    .where('key_id', '=', keyId)
    .executeTakeFirst()
  return row?.last_used_at ?? null
}
