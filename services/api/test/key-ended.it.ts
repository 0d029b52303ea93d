// A socket lives on the key that opened it, and no longer.

import { revokeKey } from '@renkei/db'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { openFeed } from './feed-client.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi({
    env: { RENKEI_FEED_HEARTBEAT_MS: '300', RENKEI_KEY_CACHE_MS: '50' },
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
