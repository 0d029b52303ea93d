// Replays and the ledger of a subscription, as the owner's systems talk to the API. No notifier runs:
// outcomes are recorded and replays fed by the functions that it uses.

import { type AttemptResult, expandNext, feedNextReplay, newId, recordAttempts } from '@renkei/db'
import { type Receiver, startReceiver } from '@renkei/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'
import { emergencyReport } from './sample-report.ts'

let api: TestApi
let receiver: Receiver
let mobile: Party
let fixed: Party
let subscriptionId: string
let base: string
let reports: { reportId: string; eventId: string }[]
const notifierId = newId()

beforeAll(async () => {
  api = await startTestApi({
    env: { RENKEI_REPLAY_EVENTS_MAX: '4', RENKEI_REPLAYS_RUNNING_MAX: '1' },
  })
  receiver = await startReceiver()
  mobile = await api.addParty('example-mobile', 'carrier')
  fixed = await api.addParty('example-fixed', 'carrier')
  const target = { url: receiver.url('/hook') }
  const { body } = await fixed.request('/v1/subscriptions', {
    json: { channel: 'webhook', target },
  })
  subscriptionId = body.subscriptionId
  base = `/v1/subscriptions/${subscriptionId}`
  reports = []
  for (let nr = 0; nr < 3; nr += 1) reports.push(await report())
  await record([
    [1, 'delivered'],
    [2, 'dead'],
    [3, null],
  ])
})
afterAll(async () => {
  await receiver.close()
  await api.stop()
})

async function report() {
  const json = emergencyReport('example-mobile')
  const { body } = await mobile.request('/v1/reports', { json })
  const expanded = await expandNext(api.db, {
    lane: 'level4',
    notifierId,
    subscriptionsMax: 1000,
    claimMax: 1000,
    claimable: () => true,
    refresh: () => Promise.resolve(),
    owedTo: () => true,
    digestAt: () => null,
    onOwed: () => Promise.resolve(),
  })
  expect(expanded).toMatchObject({ owed: 1 })
  return body
}

async function record(results: readonly [number, AttemptResult['outcome']][], round = 0) {
  await recordAttempts(
    api.db,
    notifierId,
    results.map(([seq, outcome]) => ({
      seq,
      subscriptionId,
      attempt: 1,
      round,
      startedAt: new Date().toISOString(),
      durationMs: 12,
      result: outcome === 'delivered' ? 'delivered' : 'retry',
      status: outcome === 'delivered' ? 204 : 503,
      reason: outcome === 'delivered' ? 'answered 204' : 'answered 503',
      outcome,
      retryInMs: outcome === null ? 3_600_000 : null,
    })),
  )
}

const feed = () =>
  feedNextReplay(api.db, { at: new Date(Date.now() + 5000), waitingMax: 10, pauseMs: 0 })

describe('the ledger of a subscription', () => {
  test('counts what it was owed, what waits, and how its endpoint is', async () => {
    const { status, body } = await fixed.request(`${base}/ledger`)
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        state: 'active',
        owed: 3,
        delivered: 1,
        dead: 1,
        waiting: 1,
        backlog: [{ level: 4, waiting: 1, held: 0 }],
        oldestWaiting: { eventId: reports[2]!.eventId },
        endpoint: { state: 'closed' },
      },
    })
  })

  test.each([
    ['afterCursor=0000000000000001', 2],
    ['afterCursor=0&untilCursor=2', 2],
    ['from=2000-01-01T00:00:00Z', 3],
    ['from=2000-01-01T00:00:00Z&until=2001-01-01T00:00:00Z', 0],
    ['from=2999-01-01T00:00:00Z', 0],
  ])('within %s counts %i', async (query, owed) => {
    expect((await fixed.request(`${base}/ledger?${query}`)).body).toMatchObject({ owed })
  })

  test('says why a delivery waits, and until when', async () => {
    const waiting = async () => {
      const { body } = await fixed.request(`${base}/deliveries?standing=waiting`)
      return body.items[0]
    }
    expect(await waiting()).toMatchObject({
      reason: 'answered 503',
      waitsFor: expect.stringMatching(/^is tried again at \d{4}-/),
      at: expect.any(String),
    })
    await fixed.request(base, { method: 'PATCH', json: { state: 'paused' } })
    expect(await waiting()).toMatchObject({
      waitsFor: 'waits until the subscription is active again',
      at: null,
    })
    await fixed.request(base, { method: 'PATCH', json: { state: 'active' } })
  })
})

describe('the ledger of a report', () => {
  test('sums its events, and its recipients, for its owner only', async () => {
    const [{ reportId, eventId }] = reports as [{ reportId: string; eventId: string }]
    const path = `/v1/reports/${reportId}/ledger`
    const sums = { owed: 1, delivered: 1, waiting: 0, balances: true, expanded: true }
    expect((await mobile.request(path)).body).toMatchObject({
      ...sums,
      items: [{ eventId, revision: 1, owed: 1, delivered: 1 }],
    })
    expect((await mobile.request(`${path}?by=recipient`)).body).toMatchObject({
      ...sums,
      items: [{ organisationId: 'example-fixed', channel: 'webhook', deliveredRevision: 1 }],
    })
    expect(await fixed.request(path)).toMatchObject({ status: 404 })
    expect(await mobile.request(`${path}?cursor=x`)).toMatchObject({ status: 400 })
  })

  test('is read in pages', async () => {
    const { reportId } = reports[0]!
    const path = `/v1/reports/${reportId}/ledger?by=recipient&limit=1`
    const { body } = await mobile.request(path)
    expect(body).not.toHaveProperty('next')
    const after = await mobile.request(`${path}&cursor=example-fixed%20webhook`)
    expect(after.body.items).toEqual([])
  })
})

describe('a replay', () => {
  test('is accepted, watched, seen in deliveries and attempts, and completes', async () => {
    const json = { failedSince: '2000-01-01T00:00:00Z', perSecondMax: 1_000_000 }
    const started = await fixed.request(`${base}/replays`, { json })
    expect(started).toMatchObject({
      status: 202,
      body: { state: 'running', total: 1, queued: 0, remaining: 1, perSecondMax: 100 },
    })
    const one = started.headers.get('location')!
    expect(one).toBe(`${base}/replays/${started.body.replayId}`)
    await feed()
    expect((await fixed.request(one)).body).toMatchObject({ queued: 1, waiting: 1, remaining: 0 })
    const [delivery] = (
      await fixed.request(`${base}/deliveries?standing=waiting`)
    ).body.items.slice(1)
    expect(delivery).toMatchObject({
      eventId: reports[1]!.eventId,
      round: 1,
      replayId: started.body.replayId,
      waitsFor: 'waits for its turn in a replay',
    })
    await record([[2, 'delivered']], 1)
    const attempts = await fixed.request(`${base}/deliveries/${reports[1]!.eventId}/attempts`)
    expect(attempts.body.items).toMatchObject([
      { attempt: 1, round: 0, replayId: null, status: 503 },
      { attempt: 1, round: 1, replayId: started.body.replayId, status: 204 },
    ])
    await feed()
    expect((await fixed.request(one)).body).toMatchObject({ state: 'completed', delivered: 1 })
    const { body } = await fixed.request(`${base}/deliveries`)
    expect(body.items.map(({ standing }: { standing: string }) => standing)).toEqual([
      'waiting',
      'delivered',
      'delivered',
    ])
    expect((await fixed.request(`${base}/replays`)).body.items).toMatchObject([
      { replayId: started.body.replayId, state: 'completed' },
    ])
  })

  test('is one at a time, and is cancelled by its owner, on record', async () => {
    const { body } = await fixed.request(`${base}/replays`, {
      json: { eventId: reports[0]!.eventId },
    })
    const again = await fixed.request(`${base}/replays`, { json: { filter: {} } })
    expect(again).toMatchObject({ status: 409, body: { code: 'replay-running' } })
    const target = { url: receiver.url('/second') }
    const second = await fixed.request('/v1/subscriptions', {
      json: { channel: 'webhook', target },
    })
    const ofSecond = `/v1/subscriptions/${second.body.subscriptionId}/replays`
    expect(await fixed.request(ofSecond, { json: { filter: {} } })).toMatchObject({
      status: 429,
      body: { code: 'limit-reached' },
    })
    await fixed.request(`/v1/subscriptions/${second.body.subscriptionId}`, { method: 'DELETE' })
    await feed()
    const one = `${base}/replays/${body.replayId}`
    const cancelled = { status: 200, body: { state: 'cancelled', removed: 1, waiting: 0 } }
    expect(await fixed.request(`${one}/cancel`, { method: 'POST' })).toMatchObject(cancelled)
    expect(await fixed.request(`${one}/cancel`, { method: 'POST' })).toMatchObject(cancelled)
    const trail = await fixed.request(`/v1/audit?object=${body.replayId}`)
    const actions = trail.body.items.map(({ action }: { action: string }) => action)
    expect(actions.toReversed()).toEqual(['replay.started', 'replay.cancelled', 'replay.read'])
  })

  test('of a paused subscription is refused, and nothing is stored', async () => {
    await fixed.request(base, { method: 'PATCH', json: { state: 'paused' } })
    const refused = await fixed.request(`${base}/replays`, { json: { filter: {} } })
    expect(refused).toMatchObject({ status: 409, body: { code: 'subscription-not-active' } })
    await fixed.request(base, { method: 'PATCH', json: { state: 'active' } })
  })

  test('of more than the limit is refused', async () => {
    for (let nr = 0; nr < 3; nr += 1) await report()
    await record([
      [4, 'dead'],
      [5, 'dead'],
      [6, 'dead'],
    ])
    const refused = await fixed.request(`${base}/replays`, { json: { filter: {} } })
    expect(refused).toMatchObject({ status: 429, body: { code: 'limit-reached' } })
  })

  test.each([
    {},
    { eventId: 'x' },
    { failedSince: 'yesterday' },
    { filter: {}, failedSince: '2026-01-01T00:00:00Z' },
    { filter: { standings: [] } },
    { filter: { minLevel: 5 } },
    { filter: { colour: 'red' } },
    { filter: {}, perSecondMax: 0 },
  ])('described as %j is refused with its faults', async (json) => {
    const refused = await fixed.request(`${base}/replays`, { json })
    expect(refused).toMatchObject({ status: 422, body: { code: 'invalid-replay' } })
    expect(refused.body.errors.length).toBeGreaterThan(0)
  })

  test('of an event that was never owed is not found', async () => {
    const json = { eventId: newId() }
    expect(await fixed.request(`${base}/replays`, { json })).toMatchObject({ status: 404 })
  })
})
