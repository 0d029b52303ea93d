// Before an endpoint gets its first event it must repeat a random word, at the very address that was
// given; and the addresses that only Renkei can reach are no addresses for anybody.

import { startReceiver, type Receiver, waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'
import type { Json } from './sample-report.ts'

let api: TestApi
let strict: TestApi
let honest: Receiver
let liar: Receiver
let scripted: Receiver
let fixed: Party

beforeAll(async () => {
  api = await startTestApi()
  strict = await startTestApi({ beside: api, env: { RENKEI_WEBHOOK_ALLOWED_CIDRS: '' } })
  honest = await startReceiver()
  liar = await startReceiver({ verification: 'lie' })
  scripted = await startReceiver({ verification: 'as_scripted' })
  fixed = await api.addParty('example-fixed', 'carrier')
})
afterAll(async () => {
  await Promise.all([honest.close(), liar.close(), scripted.close()])
  await strict.stop()
  await api.stop()
})

const subscribe = (url: string, by = fixed) =>
  by.request('/v1/subscriptions', { json: { channel: 'webhook', target: { url } } })

const pathOf = (body: Json) => `/v1/subscriptions/${String(body['subscriptionId'])}`

describe('an endpoint', () => {
  test('that answers another word stays unverified, with the reason', async () => {
    const { status, body } = await subscribe(liar.url('/lie'))
    expect({ status, body }).toMatchObject({ status: 201, body: { state: 'pendingVerification' } })
    expect(body.stateReason).toContain('challenge')
  })

  test.each([
    ['hangs', { kind: 'hang' }, '5000 ms'],
    ['answers 500', { kind: 'answer', status: 500 }, '500'],
    ['answers 200 and nothing', { kind: 'answer', status: 200 }, 'repeat the challenge'],
    [
      'answers 200 and no JSON',
      { kind: 'answer', status: 200, body: '<html>' },
      'repeat the challenge',
    ],
    [
      'answers 200 and a list',
      { kind: 'answer', status: 200, body: '["challenge"]' },
      'repeat the challenge',
    ],
    ['answers without end', { kind: 'huge_body', bytes: 50_000_000 }, 'repeat the challenge'],
    ['drips its answer', { kind: 'drip', bytes: 10_000, everyMs: 20 }, '5000 ms'],
    ['redirects', { kind: 'redirect', to: 'http://127.0.0.1:1/' }, 'redirect'],
    [
      'redirects to the metadata service',
      { kind: 'redirect', to: 'http://169.254.169.254/' },
      'redirect',
    ],
    ['resets the connection', { kind: 'reset', when: 'before_headers' }, ''],
  ] as const)(
    'that %s stays unverified, with the reason',
    { timeout: 20_000 },
    async (how, reply, reason) => {
      const path = `/${how.replaceAll(' ', '-')}`
      scripted.always(path, reply)
      const { status, body } = await subscribe(scripted.url(path))
      expect({ status, body }).toMatchObject({
        status: 201,
        body: { state: 'pendingVerification' },
      })
      expect(body.stateReason).toContain(reason)
      expect((await fixed.request(pathOf(body))).body.stateReason).toBe(body.stateReason)
    },
  )

  test('that nobody listens at stays unverified', async () => {
    const { body } = await subscribe('http://127.0.0.1:1/nobody')
    expect(body).toMatchObject({ state: 'pendingVerification' })
  })

  test('that was not verified gets no test, cannot be made active, and can be challenged again', async () => {
    const url = scripted.url('/later')
    scripted.always('/later', { kind: 'answer', status: 503 })
    const { body } = await subscribe(url)
    const path = pathOf(body)
    for (const [method, suffix, json] of [
      ['POST', '/test'],
      ['PATCH', '', { state: 'active' }],
      ['PATCH', '', { state: 'paused' }],
    ] as const) {
      const answer = await fixed.request(`${path}${suffix}`, { method, ...(json && { json }) })
      expect(answer).toMatchObject({ status: 409, body: { code: 'endpoint-not-verified' } })
    }
    const again = await fixed.request(`${path}/verify`, { method: 'POST' })
    expect(again.body.state).toBe('pendingVerification')
    await fixed.request(path, { method: 'PATCH', json: { target: { url: honest.url('/later') } } })
    const verified = await fixed.request(path)
    expect(verified.body.state).toBe('active')
    expect(verified.body).not.toHaveProperty('stateReason')
  })
})

describe('a new address', () => {
  test('that was never verified takes the place of the other at once, and is challenged', async () => {
    const { body } = await subscribe(liar.url('/first'))
    const json = { target: { url: liar.url('/second') } }
    const changed = await fixed.request(pathOf(body), { method: 'PATCH', json })
    expect(changed.body).toMatchObject({ state: 'pendingVerification', target: json.target })
    expect(changed.body).not.toHaveProperty('pendingTarget')
  })

  test('is not verified by the late answer of the one before it', { timeout: 20_000 }, async () => {
    const { body } = await subscribe(liar.url('/start'))
    const path = pathOf(body)
    const change = (url: string) =>
      fixed.request(path, { method: 'PATCH', json: { target: { url } } })
    const slow = await slowHonest()
    const first = change(slow.url)
    await slow.asked
    const second = await change(liar.url('/victim'))
    expect(second.body.state).toBe('pendingVerification')
    slow.answer()
    await first
    const { body: after } = await fixed.request(path)
    expect(after).toMatchObject({
      state: 'pendingVerification',
      target: { url: liar.url('/victim') },
    })
    await slow.close()
  })

  test(
    'that answers after the end of its subscription does not bring it back',
    { timeout: 20_000 },
    async () => {
      const { body } = await subscribe(liar.url('/ending'))
      const path = pathOf(body)
      const slow = await slowHonest()
      const change = fixed.request(path, { method: 'PATCH', json: { target: { url: slow.url } } })
      await slow.asked
      expect(await fixed.request(path, { method: 'DELETE' })).toMatchObject({ status: 204 })
      slow.answer()
      expect(await change).toMatchObject({ status: 404 })
      expect(await fixed.request(path)).toMatchObject({ status: 404 })
      await slow.close()
    },
  )
})

describe('an address is refused with 422, and nothing is stored', () => {
  const addresses = [
    ['http://example.com/', 'target.scheme'],
    ['https://169.254.169.254/latest/meta-data', 'target.address'],
    ['https://10.0.0.1/', 'target.address'],
    ['https://127.0.0.1/', 'target.address'],
    ['https://[::1]/', 'target.address'],
    ['https://[::ffff:127.0.0.1]/', 'target.address'],
    ['https://2130706433/', 'target.address'],
    ['https://0x7f.1/', 'target.address'],
    ['https://192.168.0.1:8443/hook', 'target.address'],
    [['https://user', 'secret@example.com/'].join(':'), 'format'],
    ['ftp://example.com/', 'format'],
    ['not a url', 'format'],
  ] as const
  test.each(addresses)('%s (%s)', async (url, rule) => {
    const party = fixed.at(strict)
    const before = (await party.request('/v1/subscriptions?limit=200')).body.items.length
    const { status, body } = await subscribe(url, party)
    expect({ status, code: body.code }).toEqual({ status: 422, code: 'invalid-subscription' })
    expect(body.errors).toContainEqual(expect.objectContaining({ pointer: '/target/url', rule }))
    expect((await party.request('/v1/subscriptions?limit=200')).body.items).toHaveLength(before)
  })

  test('also as a change', async () => {
    const { body } = await subscribe(honest.url('/kept'))
    const json = { target: { url: 'https://10.0.0.1/' } }
    const answer = await fixed.at(strict).request(pathOf(body), { method: 'PATCH', json })
    expect(answer).toMatchObject({ status: 422 })
    expect((await fixed.request(pathOf(body))).body).toMatchObject({ state: 'active' })
  })

  test.each<[string, Json]>([
    ['/channel', { channel: 'pigeon' }],
    ['/colour', { colour: 'red' }],
    ['/mode', { mode: 'some' }],
    ['/filter/kinds/0', { filter: { kinds: ['flood'] } }],
    ['/filter/minLevel', { filter: { minLevel: 5 } }],
    ['/filter/prefectures/0', { filter: { prefectures: ['48'] } }],
    ['/description', { description: 'a\0b' }],
    ['/description', { description: '\ud800' }],
    ['/target', { target: null }],
  ])('a request with a fault at %s', async (pointer, members) => {
    const target = { url: honest.url('/faulty') }
    const json = { channel: 'webhook', target, ...members }
    const { status, body } = await fixed.request('/v1/subscriptions', { json })
    expect(status).toBe(422)
    expect(body.errors).toContainEqual(expect.objectContaining({ pointer }))
  })
})

test('a name that resolves to an address of ours is found out when it is used', async () => {
  const { body } = await subscribe('https://localhost:1/hook', fixed.at(strict))
  expect(body).toMatchObject({ state: 'pendingVerification' })
  expect(body.stateReason).toMatch(/loopback/)
})

// An honest endpoint that takes its time: it answers when told.
async function slowHonest() {
  const { createServer } = await import('node:http')
  const asked = Promise.withResolvers<void>()
  const told = Promise.withResolvers<void>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      asked.resolve()
      const { challenge } = JSON.parse(Buffer.concat(chunks).toString('utf8')).data
      void told.promise.then(() => response.end(JSON.stringify({ challenge })))
    })
  }).listen(0, '127.0.0.1')
  const port = await waitFor(() => (server.address() as { port: number } | null)?.port)
  return {
    url: `http://127.0.0.1:${port}/slow`,
    asked: asked.promise,
    answer: () => told.resolve(),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
