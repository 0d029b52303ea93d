import { startReceiver, type Receiver } from '@renkei/testkit'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'
import type { Json } from './sample-report.ts'

let api: TestApi
let receiver: Receiver
let fixed: Party
let mobile: Party

beforeAll(async () => {
  api = await startTestApi({ env: { RENKEI_SUBSCRIPTIONS_MAX: '12' } })
  receiver = await startReceiver()
  fixed = await api.addParty('example-fixed', 'carrier')
  mobile = await api.addParty('example-mobile', 'carrier')
})
afterAll(async () => {
  await receiver.close()
  await api.stop()
})

const request = (path: string, members: Json = {}): Json => ({
  channel: 'webhook',
  target: { url: receiver.url(path) },
  ...members,
})

async function subscribe(path: string, members: Json = {}, by = fixed) {
  const { status, body } = await by.request('/v1/subscriptions', { json: request(path, members) })
  expect({ status, body }).toMatchObject({ status: 201 })
  return { ...body, path: `/v1/subscriptions/${body.subscriptionId}` }
}

describe('a subscription', () => {
  test('becomes active when its endpoint repeats the challenge, which is signed', async () => {
    const filter = { kinds: ['fault'], minLevel: 2 }
    const { status, headers, body } = await fixed.request('/v1/subscriptions', {
      json: request('/active', { filter, mode: 'all', description: 'NOC 盤面' }),
    })
    expect({ status, body }).toMatchObject({
      status: 201,
      body: {
        state: 'active',
        organisation: 'example-fixed',
        filter,
        mode: 'all',
        description: 'NOC 盤面',
      },
    })
    expect(headers.get('location')).toBe(`/v1/subscriptions/${body.subscriptionId}`)
    const challenge = receiver.verifications.find((sent) => sent.path === '/active')!
    const signed = new Webhook(body.secret).verify(challenge.body, challenge.headers as never)
    expect(signed).toMatchObject({
      specversion: '1.0',
      type: 'jp.renkei.subscription.verification.v1',
      source: `/v1/subscriptions/${body.subscriptionId}`,
    })
  })

  test('shows its secret once, and nobody sees it again', async () => {
    const created = await subscribe('/secret')
    expect(created.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const again = await Promise.all([
      fixed.request(created.path),
      fixed.request('/v1/subscriptions'),
      fixed.request(created.path, { method: 'PATCH', json: { mode: 'all' } }),
      fixed.request(`${created.path}/verify`, { method: 'POST' }),
      fixed.request(`${created.path}/test`, { method: 'POST' }),
    ])
    for (const { status, text } of again) {
      expect(status).toBe(200)
      expect(text).not.toContain(created.secret)
      expect(text).not.toContain('whsec_')
    }
  })

  test('takes the defaults where the request says nothing', async () => {
    expect(await subscribe('/defaults')).toMatchObject({
      filter: {},
      mode: 'latest',
      state: 'active',
    })
  })

  test('is listed to its organisation, in pages, and to no other', async () => {
    const own = await Promise.all([subscribe('/l1', {}, mobile), subscribe('/l2', {}, mobile)])
    const { body: first } = await mobile.request('/v1/subscriptions?limit=1')
    const { body: second } = await mobile.request(`/v1/subscriptions?limit=1&cursor=${first.next}`)
    const listed = [...first.items, ...second.items].map((item: Json) => item['subscriptionId'])
    expect(listed).toHaveLength(2)
    expect(new Set(listed)).toEqual(new Set(own.map((item) => item.subscriptionId)))
    expect(second).not.toHaveProperty('next')
  })

  test('changes its filter, mode and description', async () => {
    const { path } = await subscribe('/change')
    const json = { filter: { minLevel: 3 }, mode: 'all', description: 'night' }
    const { status, body } = await fixed.request(path, { method: 'PATCH', json })
    expect({ status, body }).toMatchObject({ status: 200, body: { ...json, state: 'active' } })
    expect((await fixed.request(path)).body).toEqual(body)
  })

  test('is paused and goes on', async () => {
    const { path } = await subscribe('/pause')
    const set = (state: string) => fixed.request(path, { method: 'PATCH', json: { state } })
    expect(await set('paused')).toMatchObject({ status: 200, body: { state: 'paused' } })
    expect(await set('paused')).toMatchObject({ status: 200, body: { state: 'paused' } })
    expect(await set('active')).toMatchObject({ status: 200, body: { state: 'active' } })
  })

  test('is gone once it is ended', async () => {
    const { path } = await subscribe('/end')
    const ended = await fixed.request(path, { method: 'DELETE' })
    expect({ status: ended.status, text: ended.text }).toEqual({ status: 204, text: '' })
    for (const [method, suffix] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/test'],
      ['POST', '/verify'],
      ['GET', '/deliveries'],
    ] as const) {
      expect(await fixed.request(`${path}${suffix}`, { method })).toMatchObject({ status: 404 })
    }
    const { body } = await fixed.request('/v1/subscriptions?limit=200')
    expect(body.items.map((item: Json) => item['state'])).not.toContain('ended')
  })

  test('of another organisation does not exist', async () => {
    const { path, subscriptionId } = await subscribe('/theirs')
    const calls: [string, string, Json?][] = [
      ['GET', ''],
      ['PATCH', '', { state: 'paused' }],
      ['DELETE', ''],
      ['POST', '/verify'],
      ['POST', '/test'],
      ['GET', '/deliveries'],
      ['GET', `/deliveries/${subscriptionId}/attempts`],
    ]
    for (const [method, suffix, json] of calls) {
      const answer = await mobile.request(`${path}${suffix}`, { method, ...(json && { json }) })
      expect({ method, suffix, status: answer.status }).toEqual({ method, suffix, status: 404 })
    }
    expect(await fixed.request(path)).toMatchObject({ status: 200, body: { state: 'active' } })
  })

  test('leaves a row in the audit trail for every change', async () => {
    const { path, subscriptionId } = await subscribe('/audit')
    await fixed.request(path, { method: 'PATCH', json: { state: 'paused' } })
    await fixed.request(path, { method: 'DELETE' })
    const rows = await api.db
      .selectFrom('audit_entries')
      .select(['action', 'key_id'])
      .where('chain', '=', 'write')
      .where((eb) => eb(eb.val(subscriptionId), '=', eb.fn.any('object_ids')))
      .orderBy('seq')
      .execute()
    expect(rows.map((row) => row.action.replace('subscription.', ''))).toEqual([
      'created',
      'verified',
      'changed',
      'ended',
    ])
    expect(new Set(rows.map((row) => row.key_id))).toEqual(new Set([fixed.keyId]))
  })
})

describe('a test send', () => {
  test.each([
    ['/ok', { kind: 'answer', status: 204 }, { result: 'delivered', status: 204 }],
    ['/error', { kind: 'answer', status: 500 }, { result: 'retry', status: 500 }],
    ['/gone', { kind: 'answer', status: 410 }, { result: 'refused', status: 410 }],
    ['/reset', { kind: 'reset', when: 'before_headers' }, { result: 'retry', status: null }],
  ] as const)('to %s shows at once what the endpoint answers', async (path, reply, told) => {
    const subscription = await subscribe(path, {}, mobile)
    receiver.always(path, reply)
    const { status, body } = await mobile.request(`${subscription.path}/test`, { method: 'POST' })
    expect({ status, body }).toMatchObject({ status: 200, body: told })
    expect(body.reason).toMatch(/\S/)
    expect(Number.isInteger(body.durationMs)).toBe(true)
    const sent = receiver.at(path).at(-1)!
    expect(new Webhook(subscription.secret).verify(sent.body, sent.headers as never)).toMatchObject(
      {
        type: 'jp.renkei.subscription.test.v1',
      },
    )
  })
})

describe('the limit of subscriptions of an organisation', () => {
  test('holds for requests at once, and what was ended counts no more', async () => {
    const many = await api.addParty('example-many', 'carrier')
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        many.request('/v1/subscriptions', { json: request('/many') }),
      ),
    )
    const made = answers.filter(({ status }) => status === 201)
    const refused = answers.filter(({ status }) => status === 429)
    expect([made.length, refused.length]).toEqual([12, 8])
    expect(refused[0]!.body).toMatchObject({ code: 'limit-reached' })
    const path = `/v1/subscriptions/${made[0]!.body.subscriptionId}`
    await many.request(path, { method: 'DELETE' })
    const again = await many.request('/v1/subscriptions', { json: request('/many') })
    expect(again.status).toBe(201)
  })
})
