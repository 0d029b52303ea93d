// What every subscriber is promised of a delivery, over both stores of the bells.

import { newId } from '@renkei/db'
import type { SubscriptionFilter } from '@renkei/schema'
import { type Receiver, startReceiver, waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestNotifier, type TestNotifier } from '../../../test/support/notifier.ts'
import {
  gapsIn,
  hasOfficialSchema,
  officialFaults,
  readDelivery,
  seqsOf,
} from '../../../test/support/received.ts'
import { openTestBell, queueStores, type TestStore } from '../../../test/support/stores.ts'
import { openWorld, type World } from '../../../test/support/world.ts'

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

for (const { name, missing, start } of queueStores) {
  const title = `deliveries with bells in ${name}${missing === undefined ? '' : `: ${missing}`}`
  describe.skipIf(missing !== undefined)(title, () => {
    deliveries(start)
  })
}

function deliveries(start: () => Promise<TestStore>): void {
  let world: World
  let store: TestStore
  let ringer: ReturnType<typeof openTestBell>
  let receiver: Receiver
  let notifier: TestNotifier

  beforeAll(async () => {
    ;[world, store, receiver] = await Promise.all([openWorld(), start(), startReceiver()])
    ringer = openTestBell(store, world.url)
    notifier = await startTestNotifier(world.url, {
      REDIS_URL: store.redisUrl,
      RENKEI_SWEEP_MS: '1000',
    })
    await waitFor(() => ringer.bell.state() === 'up', { timeoutMs: 10_000 })
  })

  afterAll(async () => {
    expect(await notifier.stop()).toEqual([])
    await ringer.close()
    await Promise.all([receiver.close(), world.close(), store.stop()])
  })

  test('a bell brings a report to its subscriber before the sweep would', async () => {
    await world.subscribe({ url: receiver.url('/bell') })
    const took: number[] = []
    for (let nr = 1; nr <= 4; nr += 1) {
      const event = await world.accept({ level: 4 })
      const startedMs = performance.now()
      ringer.bell.ring('level4')
      await receiver.waitFor(() => receiver.at('/bell').length === nr)
      took.push(performance.now() - startedMs)
      await world.settled([event])
    }
    expect(Math.min(...took)).toBeLessThan(250)
  })

  test('each revision reaches every subscription once, signed, valid, with its trace', async () => {
    const paths = ['/each/a', '/each/b', '/each/c']
    const subscriptions = await Promise.all(
      paths.map((path) => world.subscribe({ url: receiver.url(path) })),
    )
    const reportId = newId()
    const events = []
    for (let revision = 1; revision <= 3; revision += 1) {
      events.push(await world.accept({ reportId, revision, traceparent, level: 2 }))
      ringer.bell.ring('level0to2')
    }
    await world.settled(events)
    for (const [index, path] of paths.entries()) {
      const { secret, viewSince } = subscriptions[index]!
      const received = receiver.at(path).map((request) => readDelivery(request, secret))
      expect(received.map(({ webhookId }) => webhookId)).toEqual(events.map((e) => e.eventId))
      expect(received.map(({ event }) => event.revision)).toEqual([1, 2, 3])
      expect(gapsIn(received, viewSince)).toEqual([])
      for (const { event, request } of received) {
        expect(event).toMatchObject({ traceparent, subject: reportId, level: 2 })
        expect(request.headers['traceparent']).toBe(traceparent)
        expect(request.method).toBe('POST')
      }
    }
  })

  test.skipIf(!hasOfficialSchema)('an event is valid by the official schema', async () => {
    const { secret } = await world.subscribe({ url: receiver.url('/official') })
    const event = await world.accept()
    ringer.bell.ring('level0to2')
    await world.settled([event])
    const [received] = receiver.at('/official').map((request) => readDelivery(request, secret))
    expect(officialFaults(received!.event)).toEqual([])
    expect(officialFaults({ ...received!.event, specversion: 1 })).not.toEqual([])
  })

  test('a retry has the same webhook-id and body, and a time and signature of its own', async () => {
    const { secret } = await world.subscribe({ url: receiver.url('/retry') })
    receiver.script(
      '/retry',
      { kind: 'answer', status: 500 },
      { kind: 'reset', when: 'before_headers' },
    )
    const event = await world.accept({ level: 4 })
    ringer.bell.ring('level4')
    await world.settled([event])
    const received = receiver.at('/retry').map((request) => readDelivery(request, secret))
    expect(received.map(({ webhookId }) => webhookId)).toEqual(Array(3).fill(event.eventId))
    expect(new Set(received.map(({ text }) => text)).size).toBe(1)
    const stamps = received.map(({ request }) => request.headers['webhook-timestamp'])
    const signatures = received.map(({ request }) => request.headers['webhook-signature'])
    expect(new Set(signatures).size).toBe(new Set(stamps).size)
    expect(Number(stamps[2]) - Number(stamps[0])).toBeGreaterThanOrEqual(1)
  })

  test('the cursor before it has no gap, whatever filter, lane and retries a view has', async () => {
    const other = await world.organisation()
    const views: { filter: SubscriptionFilter }[] = [
      { filter: {} },
      { filter: { minLevel: 3 } },
      { filter: { organisations: [other] } },
      { filter: { messageStatuses: ['actual', 'exercise', 'test'], prefectures: ['13'] } },
      { filter: { minLevel: 1, messageStatuses: ['exercise'] } },
    ]
    const subscriptions = await Promise.all(
      views.map(({ filter }, nr) => world.subscribe({ url: receiver.url(`/view/${nr}`), filter })),
    )
    receiver.script('/view/0', { kind: 'answer', status: 503 }, { kind: 'answer', status: 503 })
    receiver.script('/view/1', { kind: 'answer', status: 500 })
    const events = []
    for (let nr = 0; nr < 24; nr += 1) {
      events.push(
        await world.accept({
          level: nr % 5 === 0 ? 4 : 3,
          organisationId: nr % 3 === 0 ? other : world.carrier,
          ...(nr % 4 === 0 && { report: { messageStatus: 'exercise' as const } }),
          ...(nr % 7 === 0 && { level: 0 as const }),
        }),
      )
      ringer.bell.ringAll()
    }
    await world.settled(events)
    for (const [nr, { secret, viewSince }] of subscriptions.entries()) {
      const received = receiver.at(`/view/${nr}`).map((request) => readDelivery(request, secret))
      expect(gapsIn(received, viewSince), `view ${nr}`).toEqual([])
      expect(seqsOf(received).length, `view ${nr}`).toBeGreaterThan(2)
    }
    expect(
      seqsOf(receiver.at('/view/0').map((r) => readDelivery(r, subscriptions[0]!.secret))),
    ).toHaveLength(18)
  })

  test('the metrics tell the time from accept to delivered, by level and channel', async () => {
    const scrape = async () => (await fetch(`${notifier.healthUrl}/metrics`)).text()
    const [{ delivered } = {}] = await world.sql(
      "SELECT count(*)::int AS delivered FROM delivery_outcomes WHERE outcome = 'delivered'",
    )
    const text = await waitFor(async () => {
      const now = await scrape()
      const counts = now.match(/renkei_accept_to_delivered_seconds_count\{.*\} \d+/g) ?? []
      const sum = counts.map((line) => Number(line.split(' ').at(-1))).reduce((a, b) => a + b, 0)
      return sum === delivered && now
    })
    expect(text).toMatch(/_count\{level="4",channel="webhook"\} [1-9]/)
    expect(text).toMatch(/attempts_total\{channel="webhook",result="retry",status="500"\} [1-9]/)
    expect(text).toMatch(/attempts_total\{channel="webhook",result="retry",status="none"\} [1-9]/)
    const ready = await fetch(`${notifier.healthUrl}/readyz`)
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }])
  })
}
