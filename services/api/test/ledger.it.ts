// Who may see what became of an event. The deliveries are made and recorded here, by the functions
// that the notifier uses.

import { type AttemptResult, expandNext, newId, recordAttempts, signOff } from '@renkei/db'
import { startReceiver, type Receiver } from '@renkei/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'
import { emergencyReport, type Json } from './sample-report.ts'

let api: TestApi
let receiver: Receiver
let mobile: Party
let fixed: Party
let isp: Party
let event: { reportId: string; eventId: string; links: { ledger: string } }
let subscriptions: { fixed: string; isp: string; paused: string }
const notifierId = newId()

beforeAll(async () => {
  api = await startTestApi()
  receiver = await startReceiver()
  mobile = await api.addParty('example-mobile', 'carrier')
  fixed = await api.addParty('example-fixed', 'carrier')
  isp = await api.addParty('example-isp', 'carrier')
  subscriptions = {
    fixed: await subscribe(fixed),
    isp: await subscribe(isp),
    paused: await subscribe(isp),
  }
  event = (await mobile.request('/v1/reports', { json: emergencyReport('example-mobile') })).body
  await expandNext(api.db, {
    lane: 'level4',
    notifierId,
    subscriptionsMax: 1000,
    claimMax: 1000,
    claimable: () => true,
    refresh: () => Promise.resolve(),
    owedTo: () => true,
  })
  await recordAttempts(api.db, notifierId, [
    attempt(subscriptions.fixed, 1, { result: 'delivered', status: 204, outcome: 'delivered' }),
    attempt(subscriptions.isp, 1, { result: 'retry', status: 503, retryInMs: 3_600_000 }),
  ])
})
afterAll(async () => {
  await receiver.close()
  await api.stop()
})

async function subscribe(party: Party): Promise<string> {
  const json = { channel: 'webhook', target: { url: receiver.url('/hook') }, mode: 'all' }
  const { body } = await party.request('/v1/subscriptions', { json })
  expect(body.state).toBe('active')
  return body.subscriptionId
}

function attempt(
  subscriptionId: string,
  number: number,
  members: Partial<AttemptResult>,
): AttemptResult {
  return {
    seq: 1,
    subscriptionId,
    attempt: number,
    round: 0,
    startedAt: new Date().toISOString(),
    durationMs: 12,
    result: 'retry',
    status: null,
    reason: `answered ${members.status} (noc.example.internal)`,
    outcome: null,
    retryInMs: null,
    ...members,
  }
}

describe('the ledger of an event', () => {
  test('tells its reporter who has it, who waits and why, and balances', async () => {
    const { status, body } = await mobile.request(event.links.ledger)
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        eventId: event.eventId,
        expanded: true,
        owed: 3,
        delivered: 1,
        superseded: 0,
        refused: 0,
        dead: 0,
        waiting: 2,
        balances: true,
      },
    })
    const byId = new Map(body.items.map((item: Json) => [item['subscriptionId'], item]))
    expect(byId.get(subscriptions.fixed)).toMatchObject({
      organisationId: 'example-fixed',
      channel: 'webhook',
      standing: 'delivered',
      attempts: 1,
    })
    expect(byId.get(subscriptions.isp)).toMatchObject({
      standing: 'waiting',
      reason: 'answered 503',
    })
    expect(byId.get(subscriptions.paused)).toMatchObject({ standing: 'waiting', attempts: 0 })
    expect(JSON.stringify(body)).not.toContain('whsec_')
    expect(JSON.stringify(body)).not.toContain('127.0.0.1')
  })

  test('is told of in the audit trail: to the reporter only, who has received the report', async () => {
    const { reportId } = event
    await fixed.request(`/v1/reports/${reportId}`)
    const receiversFor = async (party: Party, more = '') =>
      (await party.request(`/v1/audit?object=${reportId}&limit=1${more}`)).body
    const { receivers, next } = await receiversFor(mobile)
    const at = expect.stringMatching(/^\d{4}-.*Z$/)
    const received = { channel: 'webhook', revisions: 1, deliveries: 1, firstAt: at, lastAt: at }
    expect(receivers).toEqual([{ organisation: 'example-fixed', ...received }])
    expect(next).toBeDefined()
    expect(await receiversFor(mobile, `&cursor=${next}`)).not.toHaveProperty('receivers')
    expect(await receiversFor(fixed)).not.toHaveProperty('receivers')
  })

  test('is read in pages', async () => {
    const seen: string[] = []
    let cursor = ''
    do {
      const { body } = await mobile.request(`${event.links.ledger}?limit=1${cursor}`)
      seen.push(...body.items.map((item: Json) => item['subscriptionId']))
      cursor = body.next ? `&cursor=${body.next}` : ''
    } while (cursor)
    expect(seen).toEqual(Object.values(subscriptions).toSorted())
  })

  test('is not found by those whose report it is not, also when they are owed it', async () => {
    for (const party of [fixed, isp]) {
      const answer = await party.request(event.links.ledger)
      expect(answer).toMatchObject({ status: 404, body: { code: 'not-found' } })
    }
  })

  test('is read by an admin of the owner, and by no other admin', async () => {
    const own = await api.addParty('example-mobile', 'carrier', ['admin'])
    expect(await own.request(event.links.ledger)).toMatchObject({ status: 200 })
    const other = await api.addParty('example-operator', 'government', ['admin'])
    expect(await other.request(event.links.ledger)).toMatchObject({ status: 404 })
  })

  test('of nothing is not found', async () => {
    expect(await mobile.request(`/v1/events/${newId()}/ledger`)).toMatchObject({ status: 404 })
    expect(await mobile.request('/v1/events/1/ledger')).toMatchObject({ status: 400 })
  })
})

describe('the deliveries of a subscription', () => {
  const path = (id: string) => `/v1/subscriptions/${id}/deliveries`

  test('show its owner each event with its standing and reason', async () => {
    const { body } = await isp.request(path(subscriptions.isp))
    expect(body.items).toMatchObject([
      {
        eventId: event.eventId,
        feedcursor: '0000000000000001',
        revision: 1,
        standing: 'waiting',
        attempts: 1,
        // The detail is its own.
        reason: 'answered 503 (noc.example.internal)',
      },
    ])
  })

  test('are filtered by standing', async () => {
    const count = async (standing: string) =>
      (await fixed.request(`${path(subscriptions.fixed)}?standing=${standing}`)).body.items.length
    expect([await count('delivered'), await count('waiting')]).toEqual([1, 0])
    expect(await fixed.request(`${path(subscriptions.fixed)}?standing=lost`)).toMatchObject({
      status: 400,
    })
  })

  test('have their attempts, oldest first', async () => {
    const later = attempt(subscriptions.isp, 2, { status: 500, retryInMs: 3_600_000 })
    await recordAttempts(api.db, notifierId, [later])
    const { body } = await isp.request(`${path(subscriptions.isp)}/${event.eventId}/attempts`)
    expect(body.items).toMatchObject([
      { attempt: 1, result: 'retry', status: 503, durationMs: 12 },
      { attempt: 2, result: 'retry', status: 500 },
    ])
    const pages = [
      (await isp.request(`${path(subscriptions.isp)}/${event.eventId}/attempts?limit=1`)).body,
    ]
    const next = `${path(subscriptions.isp)}/${event.eventId}/attempts?limit=1&cursor=${pages[0].next}`
    pages.push((await isp.request(next)).body)
    expect(pages.flatMap(({ items }) => items)).toEqual(body.items)
    expect(pages[1]).not.toHaveProperty('next')
    const none = await isp.request(`${path(subscriptions.isp)}/${newId()}/attempts`)
    expect(none).toMatchObject({ status: 404 })
  })

  test('wait while it is paused, are due again when it goes on, and are refused when it ends', async () => {
    const one = `/v1/subscriptions/${subscriptions.paused}`
    const standing = async () => (await isp.request(path(subscriptions.paused))).body.items[0]
    await isp.request(one, { method: 'PATCH', json: { state: 'paused' } })
    expect(await standing()).toMatchObject({ standing: 'waiting' })
    await isp.request(one, { method: 'PATCH', json: { state: 'active' } })
    expect(await standing()).toMatchObject({ standing: 'waiting', at: expect.any(String) })
    await signOff(api.db, notifierId)
    await isp.request(one, { method: 'DELETE' })
    const { body } = await mobile.request(event.links.ledger)
    expect(body).toMatchObject({ owed: 3, delivered: 1, refused: 1, waiting: 1, balances: true })
    const line = body.items.find((item: Json) => item['subscriptionId'] === subscriptions.paused)
    expect(line).toMatchObject({ standing: 'refused', reason: 'the subscription was ended' })
  })
})
