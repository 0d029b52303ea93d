// An endpoint that changes while events are on their way: its address, what others change at the same
// time, and what is shown of its health.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Json } from './sample-report.ts'
import { openSubscriber, type Subscriber } from './subscriber.ts'

let us: Subscriber

beforeAll(async () => {
  us = await openSubscriber()
})
afterAll(() => us.close())

describe('a new address', () => {
  test('takes the place of the present one when it has answered, and not before', async () => {
    const { path, subscriptionId } = await us.subscribe('/old')
    const target = { url: us.receiver.url('/new') }
    const { body } = await us.patch(path, { target })
    expect(body).toMatchObject({ state: 'active', target })
    expect(body).not.toHaveProperty('pendingTarget')
    expect(await us.actionsOf(subscriptionId)).toEqual([
      'created',
      'verified',
      'changed',
      'verified',
    ])
  })

  test('that does not answer waits with its reason, and the present one stays in use', async () => {
    const { path, target, subscriptionId } = await us.subscribe('/kept')
    const pendingTarget = { url: us.liar.url('/lie') }
    const { body } = await us.patch(path, { target: pendingTarget })
    expect(body).toMatchObject({ state: 'active', target, pendingTarget })
    expect(body.pendingReason).toContain('did not repeat the challenge')
    expect(await us.actionsOf(subscriptionId)).toContain('challengeFailed')
    await us.party.request(`${path}/test`, { method: 'POST' })
    expect(us.receiver.at('/kept')).toHaveLength(1)
    const again = await us.party.request(`${path}/verify`, { method: 'POST' })
    expect(again.body).toMatchObject({ state: 'active', target, pendingTarget })
    expect(us.liar.verifications.filter((sent) => sent.path === '/lie')).toHaveLength(2)
  })

  test('is given up by naming the present one, or another one', async () => {
    const { path, target } = await us.subscribe('/stay')
    await us.patch(path, { target: { url: us.liar.url('/x') } })
    const { body } = await us.patch(path, { target })
    expect(body).toMatchObject({ state: 'active', target })
    expect(body).not.toHaveProperty('pendingTarget')
    expect(body).not.toHaveProperty('pendingReason')
    await us.patch(path, { target: { url: us.liar.url('/x') } })
    const next = { url: us.receiver.url('/next') }
    expect((await us.patch(path, { target: next })).body).toMatchObject({ target: next })
  })

  test('of a paused subscription is verified, and it stays paused', async () => {
    const { path } = await us.subscribe('/paused')
    await us.patch(path, { state: 'paused' })
    const target = { url: us.receiver.url('/paused-new') }
    expect((await us.patch(path, { target })).body).toMatchObject({ state: 'paused', target })
  })

  test('of another kind than that of its channel is refused with its name', async () => {
    const { path } = await us.subscribe('/channel')
    const { status, body } = await us.patch(path, { target: { address: 'noc@example.jp' } })
    expect({ status, errors: body.errors }).toMatchObject({
      status: 422,
      errors: [{ pointer: '/target/address', rule: 'target.channel' }],
    })
  })
})

describe('a change with If-Match', () => {
  test('is made on what was read, and refused on anything older', async () => {
    const { path, etag } = await us.subscribe('/etag')
    expect((await us.party.request(path)).headers.get('etag')).toBe(etag)
    const first = await us.patch(path, { mode: 'all' }, { 'if-match': etag })
    expect(first.status).toBe(200)
    expect(first.headers.get('etag')).toBe(`"${first.body.revision}"`)
    expect(first.headers.get('etag')).not.toBe(etag)
    const stale = { 'if-match': etag }
    for (const call of [
      us.patch(path, { mode: 'latest' }, stale),
      us.party.request(path, { method: 'DELETE', headers: stale }),
      us.party.request(`${path}/rotate-secret`, { method: 'POST', json: {}, headers: stale }),
    ]) {
      const answer = await call
      expect(answer).toMatchObject({ status: 412, body: { code: 'changed-meanwhile' } })
      expect(answer.headers.get('etag')).toBe(first.headers.get('etag'))
    }
    expect((await us.party.request(path)).body).toMatchObject({ mode: 'all' })
  })

  test('lets one of several that read the same win', async () => {
    const { path, etag } = await us.subscribe('/race')
    const answers = await Promise.all(
      ['a', 'b', 'c', 'd'].map((description) =>
        us.patch(path, { description }, { 'if-match': etag }),
      ),
    )
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 412, 412, 412])
  })
})

describe('a repeated request to subscribe', () => {
  const create = (path: string, key: string, members: Json = {}) =>
    us.party.request('/v1/subscriptions', {
      json: { channel: 'webhook', target: { url: us.receiver.url(path) }, ...members },
      headers: { 'idempotency-key': `"${key}"` },
    })

  test('gets the first answer again, its secret too, and makes no second subscription', async () => {
    const first = await create('/twice', 'key-1')
    const second = await create('/twice', 'key-1')
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.body).toEqual(first.body)
    expect(first.headers.has('idempotency-replayed')).toBe(false)
    expect(second.headers.get('idempotency-replayed')).toBe('true')
    expect(us.receiver.verifications.filter(({ path }) => path === '/twice')).toHaveLength(1)
    const actions = await us.actionsOf(first.body.subscriptionId)
    expect(actions).toEqual(['created', 'verified', 'shownAgain'])
  })

  test('makes one subscription, however many come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => create('/many', 'key-2')))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    expect(new Set(answers.map(({ body }) => body.subscriptionId)).size).toBe(1)
    expect(new Set(answers.map(({ body }) => body.secret)).size).toBe(1)
  })

  test('makes another one when the hours are over for which answers are kept', async () => {
    const first = await create('/late', 'key-late')
    const age = (hours: number) =>
      us.api.db
        .updateTable('subscriptions')
        .set({ created_at: new Date(Date.now() - hours * 3_600_000) })
        .where('subscription_id', '=', first.body.subscriptionId)
        .execute()
    await age(47)
    expect((await create('/late', 'key-late')).body.subscriptionId).toBe(first.body.subscriptionId)
    await age(49)
    const other = await create('/late', 'key-late')
    expect(other.status).toBe(201)
    expect(other.body.subscriptionId).not.toBe(first.body.subscriptionId)
  })

  test('with another body, or after its end, is a conflict', async () => {
    const first = await create('/other', 'key-3')
    expect(await create('/other', 'key-3', { mode: 'all' })).toMatchObject({
      status: 409,
      body: { code: 'idempotency-conflict' },
    })
    await us.party.request(`/v1/subscriptions/${first.body.subscriptionId}`, { method: 'DELETE' })
    expect(await create('/other', 'key-3')).toMatchObject({ status: 409 })
  })

  test('keeps no secret in clear, neither here nor with the key', async () => {
    const { body } = await create('/sealed', 'key-4')
    const row = await us.api.db
      .selectFrom('subscriptions')
      .selectAll()
      .where('subscription_id', '=', body.subscriptionId)
      .executeTakeFirstOrThrow()
    expect(JSON.stringify(row)).not.toContain(body.secret)
    expect(row.secret).toMatch(/^v1\./)
  })
})

describe('the health of an endpoint', () => {
  const fail = async (subscriptionId: string) => {
    const at = new Date('2026-07-01T00:00:00Z')
    await us.api.db
      .insertInto('endpoint_health')
      .values({
        subscription_id: subscriptionId,
        state: 'open',
        consecutive_failures: 7,
        failing_since: at,
        probe_at: at,
        asked_until: null,
        switched_off_at: at,
        told: null,
        last_status: 500,
        last_reason: 'answered 500: the receiver has failed',
        updated_at: at,
      })
      .execute()
  }

  test('is shown, and forgotten when its owner says that it is well, or when it moves', async () => {
    const well = { state: 'closed', consecutiveFailures: 0 }
    for (const change of [{ state: 'active' }, { target: { url: us.receiver.url('/moved') } }]) {
      const { path, subscriptionId, health } = await us.subscribe('/ill')
      expect(health).toEqual(well)
      await fail(subscriptionId)
      const ill = {
        state: 'open',
        since: '2026-07-01T00:00:00.000Z',
        consecutiveFailures: 7,
        lastReason: 'answered 500: the receiver has failed',
        nextProbeAt: '2026-07-01T00:00:00.000Z',
        switchedOffAt: '2026-07-01T00:00:00.000Z',
      }
      expect((await us.party.request(path)).body.health).toEqual(ill)
      expect((await us.patch(path, { mode: 'all' })).body.health).toEqual(ill)
      expect((await us.patch(path, change)).body.health).toEqual(well)
    }
  })
})
