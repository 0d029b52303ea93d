// Acknowledgements over the socket of the feed: the same rules as over HTTP, one answer to each
// message, and no way to ask for more than over HTTP.

import { revokeKey } from '@renkei/db'
import { waitFor } from '@renkei/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { storedEntries } from './audit-entries.ts'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { type FeedClient, type FeedEvent, openFeed } from './feed-client.ts'
import type { Party } from './parties.ts'
import { emergencyReport, type Json } from './sample-report.ts'

let api: TestApi
let reporter: Party
let peer: Party
let client: FeedClient
let reportId: string

beforeAll(async () => {
  api = await startTestApi({
    env: { RENKEI_KEY_CACHE_MS: '0', RENKEI_FEED_HEARTBEAT_MS: '60000' },
  })
  reporter = await api.addParty('example-mobile', 'carrier')
  peer = await api.addParty('example-fixed', 'carrier')
})
afterAll(() => api.stop())

beforeEach(async () => {
  reportId = await post()
  client = await open(peer)
})
afterEach(async () => {
  client.socket.terminate()
  await client.closed
})

async function post(members: Json = {}): Promise<string> {
  const json = emergencyReport('example-mobile', members)
  return (await reporter.request('/v1/reports', { json })).body.reportId
}

const open = (party: Party) => openFeed(api, party, 'organisation=example-nobody')

async function say(...messages: (Json | string)[]): Promise<readonly FeedEvent[]> {
  const before = client.answers.length
  for (const message of messages) {
    client.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }
  await waitFor(() => client.answers.length >= before + messages.length, { what: 'the answers' })
  return client.answers.slice(before)
}

const seen = (members: Json = {}) => ({
  acknowledge: { reportId, revision: 1, kind: 'seen', ...members },
})
const kept = () =>
  api.db.selectFrom('acknowledgements').selectAll().where('report_id', '=', reportId).execute()

describe('a message', () => {
  test('is recorded as it is over HTTP, and answered under its name', async () => {
    const said = { kind: 'assessed', answer: 'unknown', by: 'NOC当直', remark: '確認中' }
    const [answer] = await say({ messageId: 'a-1', ...seen(said) })
    expect(answer).toMatchObject({
      messageId: 'a-1',
      acknowledgement: { ...said, reportId, organisation: 'example-fixed', via: 'socket' },
    })
    expect(await kept()).toMatchObject([{ kind: 'assessed', via: 'socket' }])
    const { body } = await reporter.request(`/v1/reports/${reportId}/acknowledgements`)
    expect(body.items).toMatchObject([{ assessed: said }])
  })

  test('that says no more is answered with what stands, and that is on record', async () => {
    const [first, again] = await say(seen(), seen())
    expect(again).toEqual(first)
    expect(await kept()).toHaveLength(1)
    const looks = await storedEntries(api, 'acknowledgement.answerRepeated')
    expect(looks.at(-1)).toMatchObject({ object_ids: [reportId], object_owner: 'example-mobile' })
  })

  test.each([
    ['what is no JSON', '{', 'invalid-json'],
    ['a member twice', '{"acknowledge":{},"acknowledge":{}}', 'invalid-json'],
    ['another message', '{"subscribe":{}}', 'invalid-acknowledgement'],
    ['no object', '1', 'invalid-acknowledgement'],
  ])('with %s is refused, and the socket goes on', async (_, text, code) => {
    const [problem, after] = await say(text, seen())
    expect(problem).toMatchObject({ problem: { code } })
    expect(after).toHaveProperty('acknowledgement')
  })

  test('on what its organisation may not know of is refused as what does not exist, on record', async () => {
    const narrow = await post({ tlp: 'TLP:AMBER' })
    const [hidden, missing] = await say(seen({ reportId: narrow }), seen({ revision: 9 }))
    const problem = { code: 'not-found', status: 404 }
    expect([hidden, missing]).toMatchObject([{ problem }, { problem }])
    expect(hidden!['problem'].detail).toBe(missing!['problem'].detail)
    expect((await storedEntries(api, 'access.denied')).at(-1)).toMatchObject({
      organisation_id: 'example-fixed',
      detail: { attempted: 'acknowledgement.recorded', status: 404 },
    })
  })

  test('that is binary is refused', async () => {
    client.socket.send(Buffer.from(JSON.stringify(seen())), { binary: true })
    await waitFor(() => client.answers.length === 1, { what: 'the answer' })
    expect(client.answers).toMatchObject([{ problem: { code: 'invalid-json' } }])
  })

  test('that is larger than a frame may be ends the socket', async () => {
    client.socket.send(JSON.stringify(seen({ remark: 'x'.repeat(5000) })))
    expect(await client.closed).toMatchObject({ code: 1009 })
    expect(await kept()).toEqual([])
  })
})

test('messages are taken one after the other, and beyond sixteen that wait are refused', async () => {
  const all = await say(...Array.from({ length: 40 }, (_, n) => ({ messageId: `${n}`, ...seen() })))
  const refused = all.filter((answer) => 'problem' in answer)
  expect(refused.length).toBeGreaterThan(0)
  expect(refused[0]).toMatchObject({ problem: { code: 'limit-reached' } })
  expect(await kept()).toHaveLength(1)
})

test('a key that may only read the feed cannot speak for its organisation', async () => {
  client.socket.terminate()
  client = await open(await api.addParty('example-fixed', 'carrier', ['feed:read', 'reports:read']))
  expect(await say(seen())).toMatchObject([{ problem: { code: 'forbidden' } }])
  expect(await kept()).toEqual([])
})

test('a key that has been revoked says nothing more, before its socket is closed', async () => {
  client.socket.terminate()
  const ended = await api.addParty('example-fixed', 'carrier')
  client = await open(ended)
  await revokeKey(api.db, ended.keyId, new Date())
  await waitFor(async () => (await ended.request('/v1/reports?limit=1')).status === 401, {
    what: 'the end of the key',
  })
  expect(await say(seen())).toMatchObject([{ problem: { code: 'unauthenticated' } }])
  expect(await kept()).toEqual([])
})
