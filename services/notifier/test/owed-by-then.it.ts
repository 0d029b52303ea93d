// What was accepted is owed by the view that held then, however late the fan-out comes by; and what is
// on its way ends by what becomes of it.

import { type Receiver, startReceiver, waitFor } from '@renkei/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTestNotifier, type TestNotifier } from '../../../test/support/notifier.ts'
import { openWorld, type World } from '../../../test/support/world.ts'
import { newId } from '@renkei/db'

let world: World
let receiver: Receiver
let notifier: TestNotifier | undefined

beforeEach(async () => {
  ;[world, receiver] = await Promise.all([openWorld(), startReceiver()])
})
afterEach(async () => {
  await notifier?.stop()
  notifier = undefined
  expect(await world.unbalanced()).toBe(0)
  await Promise.all([receiver.close(), world.close()])
})

const start = async (env: Record<string, string> = {}) => {
  notifier = await startTestNotifier(world.url, { RENKEI_SWEEP_MS: '50', ...env })
}
const subscribe = (filter: object = {}) =>
  world.subscribe({ url: receiver.url('/x'), mode: 'latest', filter })

test.each([{ minLevel: 2 }, { minLevel: 4, kinds: ['cyber'] }] as const)(
  'a filter that was changed to %j before the fan-out came by takes nothing away',
  async (filter) => {
    const subscription = await subscribe({ minLevel: 2 })
    const before = await world.accept({ level: 4 })
    await world.change(subscription, { filter })
    const after = await world.accept({ level: 2 })
    await start()
    expect(await world.settled([before, after])).toMatchObject([
      { owed: 1, delivered: 1 },
      { owed: filter.minLevel === 2 ? 1 : 0 },
    ])
  },
)

test('what was accepted before a pause is owed and waits; what comes during it is not owed', async () => {
  const subscription = await subscribe()
  const before = await world.accept({ level: 4 })
  await world.change(subscription, { state: 'paused' })
  const during = await world.accept({ level: 4 })
  await start()
  await waitFor(async () => (await world.ledger(during.eventId)).expanded)
  await waitFor(async () => (await world.ledger(before.eventId)).expanded)
  expect(await world.ledger(before.eventId)).toMatchObject({ owed: 1, waiting: 1 })
  expect(await world.ledger(during.eventId)).toMatchObject({ owed: 0 })
  expect(receiver.requests).toEqual([])
  await world.change(subscription, { state: 'active' })
  expect(await world.settled([before])).toMatchObject([{ delivered: 1 }])
})

test('several changes before the fan-out came by: each event is owed by its own view', async () => {
  const subscription = await subscribe({ minLevel: 0 })
  const first = await world.accept({ level: 0 })
  await world.change(subscription, { filter: { minLevel: 3 } })
  const second = await world.accept({ level: 1 })
  await world.change(subscription, { filter: { minLevel: 1 } })
  const third = await world.accept({ level: 1 })
  await start()
  const owed = (await world.settled([first, second, third])).map((ledger) => ledger.owed)
  expect(owed).toEqual([1, 0, 1])
})

test('what is on its way when its subscription ends is delivered, and the ledger says so', async () => {
  const subscription = await subscribe()
  receiver.always('/x', { kind: 'answer', status: 200, delayMs: 500 })
  await start()
  const event = await world.accept({ level: 4 })
  await receiver.waitFor(1)
  await world.change(subscription, { state: 'ended' })
  expect(await world.settled([event])).toMatchObject([{ delivered: 1, refused: 0 }])
})

test('410 of an address that was replaced meanwhile ends nothing', async () => {
  const subscription = await subscribe()
  receiver.always('/x', { kind: 'answer', status: 410, delayMs: 500 })
  await start()
  const event = await world.accept({ level: 1 })
  await receiver.waitFor(1)
  await world.change(subscription, { target: { url: receiver.url('/new') } })
  await world.settled([event])
  const next = await world.accept({ level: 1 })
  expect(await world.settled([next])).toMatchObject([{ delivered: 1 }])
})

test('a peak that is on its way still, or was lost, is told with the next revision', async () => {
  await subscribe()
  await start({ RENKEI_WEBHOOK_TIMEOUT_MS: '3000' })
  receiver.script('/x', { kind: 'hang' })
  const reportId = newId()
  const peak = await world.accept({ reportId, revision: 1, level: 4 })
  await receiver.waitFor(1)
  const low = await world.accept({ reportId, revision: 2, level: 1 })
  await world.settled([peak, low])
  const sent = receiver.at('/x').map(({ body }) => JSON.parse(body.toString()) as object)
  expect(sent).toContainEqual(
    expect.objectContaining({ revision: 2, previousdeliveredrevision: 0, highestlevelsince: 4 }),
  )
})

test('a level 4 that waits is not put off for a day by an answer to something lesser', async () => {
  await subscribe()
  receiver.script('/x', { kind: 'answer', status: 400 })
  receiver.always('/x', { kind: 'answer', status: 429, headers: { 'retry-after': '86400' } })
  await start()
  await world.accept({ level: 4 })
  await waitFor(async () => (await world.sql('SELECT FROM delivery_attempts')).length === 1)
  await world.accept({ level: 1 })
  await waitFor(async () => {
    const [row] = await world.sql(`SELECT state, probe_at < now() + interval '61 seconds' AS soon
      FROM endpoint_health`)
    return row?.['state'] === 'open' && row['soon'] === true
  })
})

test('a fault of ours with one delivery has its reason in the ledger and is not repeated each second', async () => {
  const { subscriptionId } = await subscribe()
  const event = await world.accept({ level: 1 })
  await world.sql(`UPDATE subscriptions SET filter = '{"minLevel": 0}'`)
  await world.sql(`ALTER TABLE events DISABLE TRIGGER USER`)
  await world.sql(`UPDATE events SET traceparent = E'bad\\nheader' WHERE seq = ${event.seq}`)
  await start()
  await waitFor(async () => {
    const [row] =
      await world.sql(`SELECT attempts, reason, due_at > now() + interval '20 minutes' AS slow
      FROM delivery_queue WHERE subscription_id = '${subscriptionId}'`)
    return (
      row?.['attempts'] === 1 &&
      /could not be made ready/.test(String(row['reason'])) &&
      row['slow'] === true
    )
  })
})
