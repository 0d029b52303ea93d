// The path of a report through both services as they run in production: from POST to receiver,
// feed and ledger, and an orderly end in the middle of a burst.

import { type Receiver, startReceiver, waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gapsIn, readDelivery } from './support/received.ts'
import { sampleReport } from './support/revisions.ts'
import {
  type Client,
  makeClient,
  type RunningService,
  spawnApi,
  spawnNotifier,
} from './support/services.ts'
import { openWorld, type World } from './support/world.ts'

let world: World
let receiver: Receiver
let api: RunningService
let noc: Client

beforeAll(async () => {
  ;[world, receiver] = await Promise.all([openWorld(), startReceiver()])
  api = await spawnApi(world.url)
  noc = makeClient(api.url, world.carrier, await world.key(world.carrier))
})

afterAll(async () => {
  expect(await api.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(await world.unbalanced()).toBe(0)
  await Promise.all([receiver.close(), world.close()])
})

const subscriber = async () => {
  const organisationId = await world.organisation()
  const key = await world.key(organisationId, ['subscriptions:write', 'feed:read', 'reports:read'])
  return makeClient(api.url, organisationId, key)
}

test('a report and its revisions arrive within a second, as the very bytes of the feed', async () => {
  const notifier = await spawnNotifier(world.url)
  const peer = await subscriber()
  const made = await peer.post('/v1/subscriptions', {
    channel: 'webhook',
    target: { url: receiver.url('/peer') },
    filter: { minLevel: 1 },
    mode: 'all',
  })
  expect(made.body).toMatchObject({ state: 'active' })
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
  const traceparent = `00-${traceId}-00f067aa0ba902b7-01`

  const answers = [await noc.post('/v1/reports', sampleReport(world.carrier), { traceparent })]
  const { reportId } = answers[0]!.body as { reportId: string }
  await receiver.waitFor(1)
  for (const [state, headline] of [
    ['identified', '原因を特定'],
    ['mitigating', '対処中'],
  ] as const) {
    const report = sampleReport(world.carrier, { state, texts: [{ language: 'ja', headline }] })
    const revision = String(answers.length)
    answers.push(
      await noc.post(`/v1/reports/${reportId}/revisions`, report, {
        'if-match': `"${revision}"`,
        traceparent,
      }),
    )
    await receiver.waitFor(answers.length)
  }
  expect(answers.map(({ status }) => status)).toEqual([201, 200, 200])

  const received = receiver
    .at('/peer')
    .map((request) => readDelivery(request, String(made.body['secret'])))
  expect(received.map(({ webhookId }) => webhookId)).toEqual(
    answers.map(({ body }) => body['eventId']),
  )
  expect(received.map(({ event }) => event.revision)).toEqual([1, 2, 3])
  expect(gapsIn(received, 0)).toEqual([])
  const feed = await peer.get('/v1/events?after=0')
  for (const { text, event, request } of received) {
    // A trace of its own, by which the log of the accept finds the one of the sender.
    expect(event.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    expect(event.traceparent).not.toContain(traceId)
    const accepted = await api.waitForLine(
      new RegExp(`report.accepted.*${event.traceparent}|${event.traceparent}.*report.accepted`),
    )
    expect(accepted.input).toContain(traceId)
    expect(request.headers['traceparent']).toBe(event.traceparent)
    expect(feed.text.replaceAll(cursorBefore, '')).toContain(text.replace(cursorBefore, ''))
  }
  const took = received.map(({ event, request }) => +request.receivedAt - Date.parse(event.time))
  expect(Math.min(...took)).toBeLessThan(1000)
  await settled(answers.map(({ body }) => String(body['eventId'])))
  const ledger = await noc.get(`/v1/events/${String(answers[2]!.body['eventId'])}/ledger`)
  expect(ledger.body).toMatchObject({ owed: 1, delivered: 1, waiting: 0, balances: true })
  const attempts = await peer.get(
    `/v1/subscriptions/${String(made.body['subscriptionId'])}/deliveries/${received[0]!.webhookId}/attempts`,
  )
  expect(attempts.body['items']).toMatchObject([{ attempt: 1, result: 'delivered', status: 204 }])
  expect(await notifier.kill('SIGTERM')).toEqual({ code: 0, signal: null })
})

const cursorBefore = /"previouscursor":"\d{16}",/g

const settled = (eventIds: readonly string[]) =>
  waitFor(
    async () =>
      (await Promise.all(eventIds.map((id) => world.ledger(id)))).every(
        ({ expanded, waiting }) => expanded && waiting === 0,
      ),
    { timeoutMs: 20_000, what: 'the end of all deliveries' },
  )

test('SIGTERM in a burst: what is in flight ends and is recorded, the rest is given back', async () => {
  const paths = Array.from({ length: 40 }, (_, nr) => `/burst/${nr}`)
  for (const path of paths) {
    receiver.always(path, { kind: 'answer', status: 200, delayMs: 200 })
    await world.subscribe({ url: receiver.url(path) })
  }
  const first = await spawnNotifier(world.url, { RENKEI_SEND_SLOTS_MAX: '32' })
  const answers = await Promise.all(Array.from({ length: 5 }, (_, nr) => noc.report(`burst-${nr}`)))
  const inBurst = () => receiver.requests.filter(({ path }) => path.startsWith('/burst/'))
  await waitFor(() => inBurst().length >= 40, { timeoutMs: 15_000 })

  const startedMs = performance.now()
  expect(await first.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(performance.now() - startedMs).toBeLessThan(7000)
  const sent = inBurst().length
  expect(sent).toBeLessThan(200)
  const [rows] = await world.sql(`SELECT
    (SELECT count(*)::int FROM delivery_outcomes o JOIN events e USING (seq)
      WHERE e.event_id = ANY('{${answers.map(({ body }) => String(body['eventId'])).join(',')}}')
        AND subscription_id IN (SELECT subscription_id FROM subscriptions
          WHERE target ->> 'url' LIKE '%/burst/%')) AS outcomes,
    (SELECT count(*)::int FROM delivery_queue WHERE claimed_by IS NOT NULL) AS claimed,
    (SELECT count(*)::int FROM notifiers) AS notifiers`)
  expect(rows).toEqual({ outcomes: sent, claimed: 0, notifiers: 0 })

  const second = await spawnNotifier(world.url)
  await settled(answers.map(({ body }) => String(body['eventId'])))
  const receipts = inBurst().map((r) => `${r.path} ${String(r.headers['webhook-id'])}`)
  expect([receipts.length, new Set(receipts).size]).toEqual([200, 200])
  expect(await second.kill('SIGTERM')).toEqual({ code: 0, signal: null })
})
