// What one organisation may hold open at a time, whatever others hold.

import { waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { openFeed } from './feed-client.ts'
import type { Party } from './parties.ts'

let api: TestApi
let party: Party
let other: Party

beforeAll(async () => {
  api = await startTestApi({
    env: {
      RENKEI_FEED_SOCKETS_PER_ORGANISATION_MAX: '2',
      RENKEI_LONG_POLLS_PER_ORGANISATION_MAX: '2',
    },
  })
  party = await api.addParty('example-mobile', 'carrier')
  other = await api.addParty('example-fixed', 'carrier')
})
afterAll(() => api.stop())

test('beyond its sockets it is told 429, and has room when one has ended', async () => {
  const first = await openFeed(api, party)
  const second = await openFeed(api, party)
  await expect(openFeed(api, party)).rejects.toThrow('429')
  const theirs = await openFeed(api, other)
  first.socket.close()
  const third = await waitFor(() => openFeed(api, party), { timeoutMs: 20_000 })
  for (const { socket } of [second, third, theirs]) socket.terminate()
})

test('beyond its long polls it is told 429, and has room when one has ended', async () => {
  const path = '/v1/events?minLevel=4&wait='
  const ends = [new AbortController(), new AbortController()]
  const held = ends.map(({ signal }) =>
    party.request(`${path}60`, { signal }).catch(() => undefined),
  )
  const refused = await waitFor(
    async () => {
      const answer = await party.request(`${path}1`)
      return answer.status === 429 && answer
    },
    { timeoutMs: 20_000 },
  )
  expect(refused.body).toMatchObject({
    code: 'limit-reached',
    detail: expect.stringContaining('long polls'),
  })
  expect(refused.headers.get('retry-after')).toBe('1')
  expect(await party.request(`${path}0`)).toMatchObject({ status: 200 })
  expect(await other.request(`${path}1`)).toMatchObject({ status: 200 })
  ends[0]?.abort()
  await waitFor(async () => (await party.request(`${path}1`)).status === 200, { timeoutMs: 20_000 })
  ends[1]?.abort()
  await Promise.all(held)
})
