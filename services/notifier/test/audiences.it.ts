// Who a report reaches, and what becomes of a subscription that changes while deliveries wait.

import { beat, insertSubscription, newId, release, signOff } from '@renkei/db'
import type { Tlp } from '@renkei/schema'
import { type Receiver, startReceiver, waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTestNotifier, type TestNotifier } from '../../../test/support/notifier.ts'
import { gapsIn, readDelivery, seqsOf } from '../../../test/support/received.ts'
import type { Accepted } from '../../../test/support/revisions.ts'
import { newSubscription, openWorld, type World } from '../../../test/support/world.ts'

let world: World
let receiver: Receiver
let notifier: TestNotifier

beforeAll(async () => {
  ;[world, receiver] = await Promise.all([openWorld(), startReceiver()])
  notifier = await startTestNotifier(world.url, { RENKEI_SWEEP_MS: '30' })
})

afterAll(async () => {
  expect(await world.unbalanced()).toBe(0)
  expect(await notifier.stop()).toEqual([])
  await Promise.all([receiver.close(), world.close()])
})

const outcomesOf = async ({ seq }: Accepted) =>
  world.sql(`SELECT outcome, attempts, reason FROM delivery_outcomes WHERE seq = ${seq}`)

describe('audiences', () => {
  beforeEach(async () => {
    await world.sql("UPDATE subscriptions SET state = 'ended'")
  })

  const kinds = ['carrier', 'mvno', 'vendor', 'government', 'ceptoar', 'media'] as const

  const subscribeAll = async (place: string) => {
    for (const kind of kinds) {
      const organisationId = await world.organisation(kind)
      await world.subscribe({ url: receiver.url(`/${place}/${kind}`), organisationId })
    }
    const url = receiver.url(`/${place}/owner`)
    return world.subscribe({ url, organisationId: world.carrier })
  }
  const reached = (place: string, { eventId }: Accepted) =>
    receiver.requests
      .filter(({ path, headers }) => path.startsWith(place) && headers['webhook-id'] === eventId)
      .map(({ path }) => path.slice(place.length))
      .toSorted()

  test('without an agreement a label reaches nobody further than it says', async () => {
    const { secret } = await subscribeAll('label')
    const labels: Tlp[] = ['TLP:RED', 'TLP:AMBER+STRICT', 'TLP:AMBER', 'TLP:GREEN', 'TLP:CLEAR']
    const events: Accepted[] = []
    for (const tlp of labels) events.push(await world.accept({ level: 4, report: { tlp } }))
    const ledgers = await world.settled(events)
    const [red, ...others] = events
    expect(events.map((event) => reached('/label/', event))).toEqual([
      ['owner'],
      ['owner'],
      ['owner'],
      ['carrier', 'ceptoar', 'government', 'mvno', 'owner', 'vendor'],
      ['carrier', 'ceptoar', 'government', 'media', 'mvno', 'owner', 'vendor'],
    ])
    expect(ledgers.map(({ owed, delivered }) => [owed, delivered])).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
      [6, 6],
      [7, 7],
    ])
    // Not even its owner is sent what is TLP:RED: it gets a notice and reads it signed in.
    const own = receiver.at('/label/owner').map((request) => readDelivery(request, secret))
    const typeOf = ({ eventId }: Accepted) =>
      own.find(({ webhookId }) => webhookId === eventId)?.event.type
    expect(typeOf(red!)).toBe('jp.renkei.report.notice.v1')
    expect(others.map(typeOf)).toEqual(others.map(() => 'jp.renkei.report.created.v1'))
    const about = own.find(({ webhookId }) => webhookId === red!.eventId)
    expect(Object.keys(about!.event.data ?? {}).toSorted()).toEqual([
      'href',
      'reason',
      'reportId',
      'revision',
    ])
  })

  test('TLP:GREEN reaches those whom the level table names', async () => {
    await subscribeAll('level')
    const events: Accepted[] = []
    for (const level of [0, 1, 2, 3] as const) events.push(await world.accept({ level }))
    await world.settled(events)
    expect(events.map((event) => reached('/level/', event))).toEqual([
      ['carrier', 'owner'],
      ['carrier', 'mvno', 'owner'],
      ['carrier', 'ceptoar', 'government', 'mvno', 'owner'],
      ['carrier', 'ceptoar', 'government', 'mvno', 'owner', 'vendor'],
    ])
  })

  test('an exercise reaches only those who ask for exercises, and carries its mark', async () => {
    const drill = await world.subscribe({
      url: receiver.url('/drill'),
      filter: { messageStatuses: ['exercise'] },
    })
    await world.subscribe({ url: receiver.url('/real') })
    await world.subscribe({
      url: receiver.url('/both'),
      filter: { messageStatuses: ['actual', 'exercise'] },
    })
    const exercise = await world.accept({ level: 4, report: { messageStatus: 'exercise' } })
    const trial = await world.accept({ level: 4, report: { messageStatus: 'test' } })
    const real = await world.accept({ level: 4 })
    const ledgers = await world.settled([exercise, trial, real])
    expect(ledgers.map(({ owed }) => owed)).toEqual([2, 0, 2])
    const [marked] = receiver.at('/drill').map((request) => readDelivery(request, drill.secret))
    expect(marked!.event.messagestatus).toBe('exercise')
    const idsAt = (path: string) => receiver.at(path).map((r) => String(r.headers['webhook-id']))
    expect(idsAt('/drill')).toEqual([exercise.eventId])
    expect(idsAt('/real')).toEqual([real.eventId])
    expect(idsAt('/both').toSorted()).toEqual([exercise.eventId, real.eventId].toSorted())
  })
})

describe('a subscription that changes while deliveries wait', () => {
  const failing = async (path: string, mode: 'latest' | 'all' = 'all') => {
    await world.sql("UPDATE subscriptions SET state = 'ended' WHERE state <> 'ended'")
    receiver.always(path, { kind: 'answer', status: 503, headers: { 'retry-after': '50' } })
    const subscription = await world.subscribe({ url: receiver.url(path), mode })
    const event = await world.accept({ level: 4 })
    await waitFor(async () => (await waitingOf(event))?.['attempts'] === 1, { timeoutMs: 10_000 })
    receiver.always(path, { kind: 'answer', status: 200 })
    return { subscription, event }
  }
  const waitingOf = async ({ seq }: Accepted) =>
    (
      await world.sql(`SELECT attempts, due_at::text AS due, claimed_by, reason
        FROM delivery_queue WHERE seq = ${seq}`)
    )[0]

  test('paused: what waits is kept back with a reason; resumed: it goes at once', async () => {
    const { subscription, event } = await failing('/paused')
    await world.change(subscription, { state: 'paused' })
    expect(await waitingOf(event)).toMatchObject({ due: 'infinity', claimed_by: null })
    const missed = await world.accept({ level: 4 })
    await waitFor(async () => (await world.ledger(missed.eventId)).expanded)
    expect(receiver.at('/paused')).toHaveLength(1)
    await world.change(subscription, { state: 'active' })
    const after = await world.accept({ level: 4 })
    const ledgers = await world.settled([event, missed, after])
    expect(ledgers.map(({ owed, delivered }) => [owed, delivered])).toEqual([
      [1, 1],
      [0, 0],
      [1, 1],
    ])
    const received = receiver.at('/paused').map((r) => readDelivery(r, subscription.secret))
    expect(seqsOf(received)).toEqual([event.seq, after.seq])
    // What it missed while it was paused shows as a gap, and only that.
    expect(gapsIn(received, subscription.viewSince)).toEqual([
      `${after.seq} says ${missed.seq} instead of ${event.seq}`,
    ])
  })

  test('resumed while it is being given back: it is not held back for ever', async () => {
    const { subscription, event } = await failing('/flapping')
    const { subscriptionId } = subscription
    const notifierId = newId()
    await beat(world.db, notifierId, 60_000)
    await world.change(subscription, { state: 'paused' })
    await world.sql(`UPDATE delivery_queue SET claimed_by = '${notifierId}'
      WHERE seq = ${event.seq}`)
    await world.change(subscription, { state: 'active' })
    await release(world.db, notifierId, [{ seq: event.seq, subscriptionId }], { delayMs: null })
    await signOff(world.db, notifierId)
    const [ledger] = await world.settled([event])
    expect(ledger).toMatchObject({ owed: 1, delivered: 1 })
  })

  test('ended: what waits is refused with that reason and nothing more is sent', async () => {
    const { subscription, event } = await failing('/ended')
    await world.change(subscription, { state: 'ended' })
    const reason = 'the subscription was ended'
    expect(await outcomesOf(event)).toEqual([{ outcome: 'refused', attempts: 1, reason }])
    const after = await world.accept({ level: 4 })
    const ledgers = await world.settled([event, after])
    expect(ledgers.map(({ owed, refused }) => [owed, refused])).toEqual([
      [1, 1],
      [0, 0],
    ])
    expect(receiver.at('/ended')).toHaveLength(1)
  })

  test('ended while deliveries wait for a slot: none of them is sent any more', async () => {
    await world.sql("UPDATE subscriptions SET state = 'ended' WHERE state <> 'ended'")
    receiver.always('/quitting', { kind: 'answer', status: 200, delayMs: 250 })
    const subscription = await world.subscribe({ url: receiver.url('/quitting') })
    const events = await world.acceptMany(60, { level: 0 })
    await receiver.waitFor(() => receiver.at('/quitting').length >= 8)
    await world.change(subscription, { state: 'ended' })
    const begun = receiver.at('/quitting').length
    await world.settled(events)
    // What is in flight at that moment may still arrive: eight at most to one endpoint.
    expect(receiver.at('/quitting').length).toBeLessThanOrEqual(begun + 8)
  })

  test('a new address: what waits goes there, signed with the secret of now', async () => {
    const { subscription, event } = await failing('/old-address')
    const target = { url: receiver.url('/new-address') }
    await world.change(subscription, { target, state: 'pendingVerification' })
    expect(await waitingOf(event)).toMatchObject({ due: 'infinity' })
    const { secret } = await world.change(subscription, { state: 'active' })
    await world.settled([event])
    const [received] = receiver.at('/new-address').map((r) => readDelivery(r, secret))
    expect(received!.webhookId).toBe(event.eventId)
    expect(Number(received!.event.previouscursor)).toBeLessThan(event.seq)
  })

  test('a new filter: what is owed is still sent, what comes is judged by the new one', async () => {
    const { subscription, event } = await failing('/refiltered')
    await world.change(subscription, { filter: { kinds: ['cyber'] } })
    const after = await world.accept({ level: 4 })
    await world.sql('UPDATE delivery_queue SET due_at = now()')
    const ledgers = await world.settled([event, after])
    expect(ledgers.map(({ owed, delivered }) => [owed, delivered])).toEqual([
      [1, 1],
      [0, 0],
    ])
    const received = receiver.at('/refiltered').map((r) => readDelivery(r, subscription.secret))
    for (const { event: sent } of received) {
      expect(Number(sent.previouscursor)).toBeLessThan(event.seq)
    }
  })

  test('a report that narrows to TLP:RED is told to its peers no more', async () => {
    const { event } = await failing('/narrowed', 'latest')
    const red = await world.accept({
      reportId: event.reportId,
      revision: 2,
      level: 4,
      report: { tlp: 'TLP:RED' },
    })
    expect((await world.settled([red]))[0]).toMatchObject({ owed: 0 })
    expect(receiver.at('/narrowed')).toHaveLength(1)
  })

  test('who subscribes while a report is being accepted either gets it or begins after it', async () => {
    await world.sql("UPDATE subscriptions SET state = 'ended' WHERE state <> 'ended'")
    const organisationId = await world.organisation()
    const { db } = world
    let accepted: Accepted | undefined
    let accepting: Promise<Accepted> | undefined
    const subscription = await db.transaction().execute(async (tx) => {
      const url = receiver.url('/joining')
      const stored = await insertSubscription(tx, newSubscription(organisationId, url), new Date())
      accepting = world.accept().then((event) => (accepted = event))
      await waitFor(async () => (await isExpanded(accepted)) || (await someoneWaits()), {
        timeoutMs: 10_000,
      })
      return stored
    })
    const event = (await accepting)!
    await world.settled([event])
    expect(event.seq).toBeGreaterThan(subscription.viewSince)
    expect(receiver.at('/joining').map((r) => r.headers['webhook-id'])).toEqual([event.eventId])
  })

  const isExpanded = async (event: Accepted | undefined) =>
    event !== undefined && (await world.ledger(event.eventId)).expanded
  const someoneWaits = async () => {
    const rows = await world.sql(`SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`)
    return rows.length > 0
  }
})
