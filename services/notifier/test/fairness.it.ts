// One dead recipient delays nobody else, and a crisis overtakes any backlog.

import { expandNext, newId } from '@renkei/db'
import { type Receiver, startReceiver, waitFor } from '@renkei/testkit'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startTestNotifier, type TestNotifier } from '../../../test/support/notifier.ts'
import { openWorld, type World } from '../../../test/support/world.ts'

// On a busy machine the fan-out of hundreds of reports takes its time.
vi.setConfig({ testTimeout: 90_000 })

let world: World
let receiver: Receiver
let notifier: TestNotifier

beforeEach(async () => {
  ;[world, receiver] = await Promise.all([openWorld(), startReceiver()])
})

afterEach(async () => {
  expect(await world.unbalanced()).toBe(0)
  await notifier.stop()
  await Promise.all([receiver.close(), world.close()])
})

test('a dead endpoint with a backlog of hundreds delays none of the others', async () => {
  const backlog = 200
  receiver.always('/dead', { kind: 'hang' })
  const dead = await world.subscribe({ url: receiver.url('/dead') })
  await world.acceptMany(backlog, { level: 1 })
  for (let nr = 0; nr < 5; nr += 1) await world.subscribe({ url: receiver.url(`/well/${nr}`) })
  notifier = await startTestNotifier(world.url, {
    RENKEI_SWEEP_MS: '50',
    RENKEI_SEND_SLOTS_MAX: '26',
    RENKEI_WEBHOOK_TIMEOUT_MS: '1000',
  })
  await allExpanded()
  const events = await world.acceptMany(60, { level: 1 })
  const paths = [0, 1, 2, 3, 4].map((nr) => `/well/${nr}`)
  await receiver.waitFor(
    () => paths.every((path) => receiver.at(path).length === events.length),
    60_000,
  )
  // All of it has come while most of the dead one's backlog was not even tried.
  expect(receiver.at('/dead').length).toBeLessThan(backlog / 2)
  const [waiting] = await world.sql(`SELECT count(*)::int AS count, count(claimed_by)::int AS held
    FROM delivery_queue WHERE subscription_id = '${dead.subscriptionId}'`)
  expect(waiting!['count']).toBe(backlog + events.length)
  // Eight at most in its first second, before it was known to be sick; one since.
  expect(waiting!['held']).toBeLessThanOrEqual(8)
})

test('a dead endpoint in mode all with many revisions behind one delays none of the others', async () => {
  receiver.always('/dead', { kind: 'answer', status: 500 })
  await world.subscribe({ url: receiver.url('/dead') })
  const [first] = await world.acceptMany(1, { level: 1 })
  for (let revision = 2; revision <= 60; revision += 1) {
    await world.accept({ reportId: first!.reportId, revision, level: 1 })
  }
  await world.subscribe({ url: receiver.url('/well') })
  notifier = await startTestNotifier(world.url, {
    RENKEI_SWEEP_MS: '50',
    RENKEI_SEND_SLOTS_MAX: '8',
  })
  await allExpanded()
  const events = await world.acceptMany(30, { level: 1 })
  await receiver.waitFor(() => receiver.at('/well').length === events.length)
  const dead = new Set(receiver.at('/dead').map(({ body }) => revisionOf(body)))
  expect(dead.has(2)).toBe(false)
})

test('a report of level 4 overtakes a backlog of low ones', async () => {
  receiver.always('/slow', { kind: 'answer', status: 200, delayMs: 40 })
  for (let nr = 0; nr < 4; nr += 1) await world.subscribe({ url: receiver.url('/slow') })
  const low = await world.acceptMany(60, { level: 0 })
  notifier = await startTestNotifier(world.url, {
    RENKEI_SWEEP_MS: '50',
    RENKEI_SEND_SLOTS_MAX: '13',
  })
  await receiver.waitFor(20)
  const crisis = await world.accept({ level: 4 })
  await world.settled([crisis])
  const receivedLow = receiver.requests.filter((r) => r.headers['webhook-id'] !== crisis.eventId)
  expect(receivedLow.length).toBeLessThan(180)
  await world.settled(low)
  expect(receiver.requests).toHaveLength(244)
})

test('an organisation with sixty hanging endpoints leaves the others their turn', async () => {
  receiver.always('/hang', { kind: 'hang' })
  const big = await world.organisation()
  const small = await world.organisation()
  const own = { organisations: [world.carrier] }
  for (let nr = 0; nr < 60; nr += 1) {
    await world.subscribe({ url: receiver.url('/hang'), organisationId: big, filter: own })
  }
  await world.subscribe({ url: receiver.url('/well'), organisationId: small, filter: own })
  notifier = await startTestNotifier(world.url, {
    RENKEI_SWEEP_MS: '50',
    RENKEI_SEND_SLOTS_MAX: '32',
    RENKEI_WEBHOOK_TIMEOUT_MS: '8000',
  })
  const events = await world.acceptMany(10, { level: 1 })
  await receiver.waitFor(() => receiver.at('/well').length === events.length, 7000)
  // Half of the twenty slots that levels 0 to 2 may have, and as many as may wait outside the pool.
  expect(receiver.at('/hang').length).toBeLessThanOrEqual(10 + 32)
  const hanging = `SELECT FROM delivery_queue WHERE claimed_by IS NOT NULL`
  expect((await world.sql(hanging)).length).toBeGreaterThan(0)
})

test('many endpoints that hang at first sight hold the well ones up for a moment only', async () => {
  receiver.always('/hang', { kind: 'hang' })
  const own = { organisations: [world.carrier] }
  for (let nr = 0; nr < 20; nr += 1) {
    const organisationId = await world.organisation()
    await world.subscribe({ url: receiver.url('/hang'), organisationId, filter: own })
  }
  const organisationId = await world.organisation()
  await world.subscribe({ url: receiver.url('/well'), organisationId, filter: own })
  notifier = await startTestNotifier(world.url, {
    RENKEI_SWEEP_MS: '50',
    RENKEI_SEND_SLOTS_MAX: '32',
    RENKEI_SEND_STALLED_AFTER_MS: '100',
    RENKEI_WEBHOOK_TIMEOUT_MS: '20000',
  })
  const events = await world.acceptMany(6, { level: 1 })
  // Not before their time limit would they give back what they hold.
  await receiver.waitFor(() => receiver.at('/well').length === events.length, 15_000)
})

test('what failed is tried again in the order of its level', async () => {
  receiver.always('/slow', { kind: 'answer', status: 200, delayMs: 20 })
  await world.subscribe({ url: receiver.url('/slow') })
  for (const level of [0, 2, 1, 3, 4, 0, 2, 4] as const) await world.accept({ level })
  for (const lane of ['level4', 'level3', 'level0to2']) await expandLane(lane)
  await world.sql(
    `UPDATE delivery_queue SET lane = 'retry', due_at = now() - seq * interval '1 ms'`,
  )
  const env = { RENKEI_SWEEP_MS: '50', RENKEI_ENDPOINT_IN_FLIGHT_MAX: '1' }
  notifier = await startTestNotifier(world.url, env)
  await receiver.waitFor(8)
  const levels = receiver.requests.map(
    ({ body }) => (JSON.parse(body.toString()) as { level: number }).level,
  )
  expect(levels).toEqual([4, 4, 3, 2, 2, 1, 0, 0])
})

async function expandLane(lane: string): Promise<void> {
  const options = {
    lane,
    notifierId: newId(),
    subscriptionsMax: 100,
    claimMax: 0,
    claimable: () => true,
    refresh: () => Promise.resolve(),
    owedTo: () => true,
  }
  while (await expandNext(world.db, options));
}

async function allExpanded(): Promise<void> {
  const open = 'SELECT FROM fan_outs WHERE completed_at IS NULL'
  await waitFor(async () => (await world.sql(open)).length === 0, { timeoutMs: 60_000 })
}

function revisionOf(body: Buffer): number {
  return (JSON.parse(body.toString()) as { revision: number }).revision
}
