// Claims: each delivery is in one notifier's hands at a time, and never in nobody's for long.

import { expandNext, newId } from '@renkei/db'
import { type Receiver, startReceiver, waitFor } from '@renkei/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTestNotifier, type TestNotifier } from '../../../test/support/notifier.ts'
import type { Accepted } from '../../../test/support/revisions.ts'
import { openWorld, type World } from '../../../test/support/world.ts'

let world: World
let receiver: Receiver
let notifiers: TestNotifier[]

beforeEach(async () => {
  notifiers = []
  ;[world, receiver] = await Promise.all([openWorld(), startReceiver()])
})

afterEach(async () => {
  await Promise.all(notifiers.map((notifier) => notifier.stop()))
  expect(await world.unbalanced()).toBe(0)
  expect(await world.sql('SELECT * FROM delivery_queue WHERE claimed_by IS NOT NULL')).toEqual([])
  expect(await world.sql('SELECT * FROM notifiers')).toEqual([])
  await Promise.all([receiver.close(), world.close()])
})

const start = async (env: Record<string, string> = {}) => {
  const notifier = await startTestNotifier(world.url, {
    RENKEI_SWEEP_MS: '50',
    RENKEI_NOTIFIER_HEARTBEAT_MS: '50',
    ...env,
  })
  notifiers.push(notifier)
  return notifier
}
const receipts = () => receiver.requests.map((r) => `${r.path} ${String(r.headers['webhook-id'])}`)
const expected = (events: readonly Accepted[], paths: readonly string[]) =>
  events.flatMap(({ eventId }) => paths.map((path) => `${path} ${eventId}`)).toSorted()
const subscribe = async (count: number) => {
  const paths = Array.from({ length: count }, (_, nr) => `/${nr}`)
  for (const path of paths) await world.subscribe({ url: receiver.url(path) })
  return paths
}

describe('several notifiers', () => {
  test('each delivery is sent once, also while others start and stop', async () => {
    const paths = await subscribe(20)
    receiver.always('/0', { kind: 'answer', status: 200, delayMs: 60 })
    const env = { RENKEI_SEND_SLOTS_MAX: '20', RENKEI_EXPAND_SUBSCRIPTIONS_MAX: '6' }
    await Promise.all([start(env), start(env)])
    const events: Accepted[] = []
    for (let round = 0; round < 4; round += 1) {
      events.push(...(await world.acceptMany(6, { level: round % 2 === 0 ? 1 : 4 })))
      const guest = await start(env)
      expect(await guest.stop()).toEqual([])
    }
    await world.settled(events)
    expect(receipts().toSorted()).toEqual(expected(events, paths))
    const attempts = await world.sql('SELECT count(*)::int AS count FROM delivery_attempts')
    expect(attempts).toEqual([{ count: 480 }])
  })

  test('revisions keep their order when several notifiers expand and send them', async () => {
    const paths = await subscribe(6)
    await Promise.all([start(), start()])
    const reportIds = [newId(), newId(), newId()]
    const events: Accepted[] = []
    for (let revision = 1; revision <= 6; revision += 1) {
      for (const reportId of reportIds) {
        events.push(await world.accept({ reportId, revision, level: revision < 4 ? 0 : 4 }))
      }
    }
    await world.settled(events)
    expect(receipts().toSorted()).toEqual(expected(events, paths))
    for (const path of paths) {
      for (const reportId of reportIds) {
        const own = receiver.at(path).filter(({ body }) => body.includes(reportId))
        const revisions = own.map(({ body }) => JSON.parse(body.toString()) as { revision: number })
        expect(revisions.map(({ revision }) => revision)).toEqual([1, 2, 3, 4, 5, 6])
      }
    }
  })

  test('a dead notifier leaves a fan-out in the middle: it goes on there, each owed once', async () => {
    const paths = await subscribe(10)
    const [event] = await world.acceptMany(1, { level: 1 })
    for (let chunk = 0; chunk < 2; chunk += 1) await expandAs(newId(), 3)
    expect(await world.ledger(event!.eventId)).toMatchObject({ owed: 6, expanded: false })
    await start({ RENKEI_EXPAND_SUBSCRIPTIONS_MAX: '3' })
    const [ledger] = await world.settled([event!])
    expect(ledger).toMatchObject({ owed: 10, delivered: 10, balances: true })
    expect(receipts().toSorted()).toEqual(expected([event!], paths))
  })

  const expandAs = (notifierId: string, subscriptionsMax: number) =>
    expandNext(world.db, {
      lane: 'level0to2',
      notifierId,
      subscriptionsMax,
      claimMax: 2,
      claimable: () => true,
      refresh: () => Promise.resolve(),
      owedTo: () => true,
    })
})

describe('one notifier', () => {
  test('what is under its name but never reached it is sent all the same', async () => {
    await subscribe(1)
    receiver.script('/0', { kind: 'answer', status: 503, headers: { 'retry-after': '50' } })
    await start()
    const [event] = await world.acceptMany(1, { level: 4 })
    const waiting = `seq = ${event!.seq} AND attempts = 1 AND claimed_by IS NULL`
    await waitFor(
      async () => (await world.sql(`SELECT FROM delivery_queue WHERE ${waiting}`)).length > 0,
    )
    // As when the answer to its claim was lost with the connection.
    await world.sql(`UPDATE delivery_queue
      SET claimed_by = (SELECT notifier_id FROM notifiers), due_at = now()`)
    const [ledger] = await world.settled([event!])
    expect(ledger).toMatchObject({ delivered: 1, balances: true })
  })

  test('it is known to live before it claims anything', async () => {
    await start()
    const rows = await world.sql('SELECT FROM notifiers WHERE alive_until > now()')
    expect(rows).toHaveLength(1)
  })

  test('a stop takes nothing more, lets what is in flight end, and gives back the rest', async () => {
    await subscribe(6)
    for (let nr = 0; nr < 6; nr += 1) {
      receiver.always(`/${nr}`, { kind: 'answer', status: 200, delayMs: 300 })
    }
    const notifier = await start({ RENKEI_SEND_SLOTS_MAX: '4' })
    const events = await world.acceptMany(4, { level: 1 })
    await receiver.waitFor(6)
    const inFlight = receiver.requests.length
    expect(await notifier.stop()).toEqual([])
    expect(receiver.requests).toHaveLength(inFlight)
    const [{ delivered } = {}] = await world.sql(
      "SELECT count(*)::int AS delivered FROM delivery_outcomes WHERE outcome = 'delivered'",
    )
    expect(delivered).toBe(inFlight)
    const [{ attempts } = {}] = await world.sql(
      'SELECT count(*)::int AS attempts FROM delivery_attempts',
    )
    expect(attempts).toBe(inFlight)
    expect(await world.sql('SELECT FROM delivery_queue WHERE claimed_by IS NOT NULL')).toEqual([])
    await start()
    await world.settled(events)
    expect(new Set(receipts()).size).toBe(receipts().length)
  })

  test('one that stops is not taken for dead while its last sends are under way', async () => {
    await subscribe(1)
    receiver.always('/0', { kind: 'answer', status: 200, delayMs: 1200 })
    const env = { RENKEI_NOTIFIER_DEAD_AFTER_MS: '300' }
    const leaving = await start(env)
    const [event] = await world.acceptMany(1, { level: 4 })
    await receiver.waitFor(1)
    await start(env)
    expect(await leaving.stop()).toEqual([])
    await world.settled([event!])
    expect(receipts()).toHaveLength(1)
  })
})
