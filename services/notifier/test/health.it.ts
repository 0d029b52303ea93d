// Endpoints that do not answer: nothing is burnt while they are open, all of it goes out when they are
// well again, the most urgent first, and nobody switches them off for what matters.

import { changeHealth, expandNext, newId } from '@renkei/db'
import { makeLogger, systemClock } from '@renkei/service-kit'
import { type Receiver, startReceiver, waitFor } from '@renkei/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTestNotifier, type TestNotifier } from '../../../test/support/notifier.ts'
import { openWorld, type World } from '../../../test/support/world.ts'
import { unknownHealth } from '../src/deliver/health-policy.ts'
import { tellStages } from '../src/endpoints/watch-endpoints.ts'

const dayMs = 86_400_000
const down = { kind: 'answer', status: 500 } as const
const well = { kind: 'answer', status: 200 } as const

let world: World
let receiver: Receiver
let notifier: TestNotifier | undefined

beforeEach(async () => {
  ;[world, receiver] = await Promise.all([openWorld(), startReceiver()])
})
afterEach(async () => {
  await notifier?.stop()
  notifier = undefined
  await Promise.all([receiver.close(), world.close()])
})

const start = async (env: Record<string, string> = {}) => {
  notifier = await startTestNotifier(world.url, { RENKEI_SWEEP_MS: '50', ...env })
}
const health = async () => (await world.sql('SELECT * FROM endpoint_health'))[0]
const stateIs = async (state: string) =>
  waitFor(async () => (await health())?.['state'] === state, { timeoutMs: 15_000 })
const held = () => world.sql("SELECT FROM delivery_queue WHERE due_at = 'infinity'")
const probeNow = () => world.sql("UPDATE endpoint_health SET probe_at = now() WHERE state = 'open'")
const headerLevels = () =>
  receiver.requests.map(({ body }) => (JSON.parse(body.toString()) as { level: number }).level)
const attempts = async () => (await world.sql('SELECT FROM delivery_attempts')).length

/** Makes an endpoint that is open, with three deliveries that failed once each. */
async function openEndpoint(mode: 'latest' | 'all' = 'latest') {
  receiver.always('/x', down)
  const subscription = await world.subscribe({ url: receiver.url('/x'), mode })
  await start()
  const events = await world.acceptMany(3, { level: 1 })
  await stateIs('open')
  await world.sql("UPDATE endpoint_health SET probe_at = now() + interval '1 hour'")
  await waitFor(async () => (await held()).length === 3)
  return { subscription, events }
}

describe('an endpoint that does not answer', () => {
  test('while it is open nothing is sent, nothing is burnt, and all of it waits', async () => {
    await openEndpoint()
    const before = await attempts()
    const more = await world.acceptMany(20, { level: 2 })
    await waitFor(async () => (await held()).length === 23)
    expect(await attempts()).toBe(before)
    const rows = await world.sql(`SELECT attempts FROM delivery_queue WHERE seq >= ${more[0]!.seq}`)
    expect(rows.every((row) => row['attempts'] === 0)).toBe(true)
    expect(await world.unbalanced()).toBe(0)
  })

  test('one probe that succeeds frees all, the most urgent first, one at a time at first', async () => {
    await openEndpoint()
    for (const level of [0, 2, 1, 3, 0, 2] as const) {
      await world.accept({ level })
    }
    await waitFor(async () => (await held()).length === 9)
    const before = receiver.requests.length
    receiver.always('/x', { ...well, delayMs: 30 })
    await probeNow()
    await waitFor(async () => (await world.sql('SELECT FROM delivery_queue')).length === 0)
    const levels = headerLevels().slice(before)
    expect(levels).toHaveLength(9)
    expect(levels[0]).toBe(3)
    expect(levels.toSorted((a, b) => b - a).slice(0, 3)).toEqual(levels.slice(0, 3))
    expect(await health()).toMatchObject({ state: 'closed', consecutive_failures: 0, probes: 0 })
  })

  test('a probe that fails sends one delivery, and the next waits longer', async () => {
    await openEndpoint()
    const before = await attempts()
    await probeNow()
    await waitFor(async () => (await attempts()) === before + 1)
    await waitFor(async () => (await health())!['probes'] === 1)
    expect(await health()).toMatchObject({ state: 'open' })
    expect((await held()).length).toBe(3)
  })

  test('a report of level 4 is tried at once, though a probe is an hour away', async () => {
    await openEndpoint()
    receiver.always('/x', well)
    const crisis = await world.accept({ level: 4 })
    await world.settled([crisis])
    await waitFor(async () => (await world.sql('SELECT FROM delivery_queue')).length === 0)
    expect(await health()).toMatchObject({ state: 'closed' })
  })

  test('a probe of which nothing is heard is repeated', async () => {
    await openEndpoint()
    receiver.always('/x', well)
    await world.sql("UPDATE endpoint_health SET state = 'halfOpen', probe_at = now()")
    await waitFor(async () => (await world.sql('SELECT FROM delivery_queue')).length === 0)
  })

  test('mode all keeps the order of a report through it', async () => {
    receiver.always('/x', down)
    await world.subscribe({ url: receiver.url('/x'), mode: 'all' })
    await start()
    const reportId = newId()
    const events = []
    for (let revision = 1; revision <= 5; revision += 1) {
      events.push(await world.accept({ reportId, revision, level: 4 }))
    }
    await stateIs('open')
    receiver.always('/x', well)
    await world.settled(events)
    const got = receiver.requests.map(
      ({ body }) => JSON.parse(body.toString()) as { revision: number },
    )
    const revisions = got.map(({ revision }) => revision)
    expect(revisions).toEqual(revisions.toSorted((a, b) => a - b))
    expect(new Set(revisions).size).toBe(5)
  })

  test('what is superseded meanwhile is told with its peak, and the last revision it had', async () => {
    await world.subscribe({ url: receiver.url('/x'), mode: 'latest' })
    await start()
    const reportId = newId()
    const first = await world.accept({ reportId, revision: 1, level: 1 })
    await world.settled([first])
    receiver.always('/x', { kind: 'answer', status: 503, headers: { 'retry-after': '60' } })
    const [other] = await world.acceptMany(1, { level: 1 })
    await stateIs('open')
    const peak = await world.accept({ reportId, revision: 2, level: 2 })
    const last = await world.accept({ reportId, revision: 3, level: 1 })
    await waitFor(async () => (await held()).length === 2)
    receiver.always('/x', well)
    await probeNow()
    await world.settled([peak, last, other!])
    const sent = receiver.at('/x').map((request) => JSON.parse(request.body.toString()) as object)
    expect(sent).toContainEqual(
      expect.objectContaining({
        revision: 3,
        level: 1,
        previousdeliveredrevision: 1,
        highestlevelsince: 2,
      }),
    )
    const [outcome] = await world.sql(
      `SELECT outcome FROM delivery_outcomes WHERE seq = ${peak.seq}`,
    )
    expect(outcome).toEqual({ outcome: 'superseded' })
  })

  test('a fan-out at the moment of its recovery leaves nothing held', async () => {
    const { subscription } = await openEndpoint()
    await notifier!.stop()
    notifier = undefined
    await world.accept({ level: 1 })
    // Expands in a transaction that has seen it open, and is not at its end when it is found well.
    let finish = (): void => undefined
    const waits = new Promise<void>((resolve) => (finish = resolve))
    const expanding = expandNext(world.db, {
      lane: 'level0to2',
      notifierId: newId(),
      subscriptionsMax: 10,
      claimMax: 0,
      claimable: () => true,
      refresh: () => Promise.resolve(),
      owedTo: () => true,
      onOwed: () => waits,
    })
    await waitFor(async () => {
      const open =
        "SELECT FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()"
      return (await world.sql(open)).length > 0
    })
    const question = { failed: [], succeeded: [subscription.subscriptionId] }
    const recovering = changeHealth(world.db, question, (id) => unknownHealth(id))
    finish()
    await Promise.all([expanding, recovering])
    expect(await held()).toEqual([])
  })
})

describe('a receiver that says what it wants', () => {
  test('429 with Retry-After: nothing else is sent to it before, but a crisis within a minute', async () => {
    receiver.always('/x', { kind: 'answer', status: 429, headers: { 'retry-after': '7200' } })
    await world.subscribe({ url: receiver.url('/x') })
    await start()
    await world.accept({ level: 1 })
    await stateIs('open')
    await world.acceptMany(5, { level: 1 })
    await waitFor(async () => (await held()).length === 6)
    expect(receiver.requests).toHaveLength(1)
    await world.accept({ level: 4 })
    await waitFor(async () => (await held()).length === 7)
    const within = `probe_at BETWEEN now() + interval '50 seconds' AND now() + interval '61 seconds'`
    expect(await world.sql(`SELECT ${within} AS within FROM endpoint_health`)).toEqual([
      { within: true },
    ])
  })

  test('410 ends the subscription: what waits is refused, its owner is told', async () => {
    receiver.always('/x', { kind: 'answer', status: 410 })
    const { subscriptionId } = await world.subscribe({ url: receiver.url('/x') })
    await start()
    const events = await world.acceptMany(4, { level: 1 })
    await world.settled(events)
    const where = `subscription_id = '${subscriptionId}'`
    await waitFor(async () => {
      const [row] = await world.sql(`SELECT state FROM subscriptions WHERE ${where}`)
      return row!['state'] === 'ended'
    })
    const notices = await world.sql(
      `SELECT content FROM events WHERE type = 'jp.renkei.subscription.ended.v1'`,
    )
    expect(notices).toEqual([
      { content: { subscriptionId, reason: expect.stringContaining('410') as string } },
    ])
    expect(await world.unbalanced()).toBe(0)
  })
})

describe('an endpoint that takes nothing for days', () => {
  const log = makeLogger('test', 'silent')
  const watch = () => tellStages({ db: world.db, clock: systemClock, newId, log })
  const failingFor = (ms: number) =>
    world.sql(`UPDATE endpoint_health SET failing_since = now() - interval '${ms} milliseconds'`)
  const types = async () =>
    (await world.sql("SELECT type FROM events WHERE kind = 'notice' ORDER BY seq")).map(
      ({ type }) => String(type).split('.').at(-2),
    )

  test.each([
    [3_600_000 - 5000, []],
    [3_600_000, ['failing']],
    [4 * dayMs, ['failing']],
    [5 * dayMs, ['switchedOff']],
  ] as const)('after %d ms its owner has been told: %j', async (ms, told) => {
    await openEndpoint()
    await failingFor(ms)
    await Promise.all([watch(), watch()])
    expect(await types()).toEqual(told)
  })

  test('levels 0 to 2 are given up after five days, levels 3 and 4 are sent all the same', async () => {
    const { events } = await openEndpoint()
    await failingFor(4 * dayMs)
    await watch()
    await failingFor(5 * dayMs)
    await watch()
    await watch()
    expect(await types()).toEqual(['failing', 'switchedOff'])
    const ended = `outcome = 'dead' AND seq <= ${events.at(-1)!.seq}`
    const dead = await world.sql(`SELECT reason FROM delivery_outcomes WHERE ${ended}`)
    expect(dead).toHaveLength(events.length)
    expect(dead[0]!['reason']).toMatch(/five days/)
    const [low] = await world.acceptMany(1, { level: 2 })
    expect(await world.settled([low!])).toMatchObject([{ dead: 1, owed: 1, balances: true }])
    receiver.always('/x', well)
    const crisis = await world.accept({ level: 4 })
    expect(await world.settled([crisis])).toMatchObject([{ delivered: 1, owed: 1 }])
    await waitFor(async () => (await health())!['switched_off_at'] === null)
    await watch()
    expect(await types()).toEqual(['failing', 'switchedOff', 'recovered'])
    const [again] = await world.acceptMany(1, { level: 0 })
    expect(await world.settled([again!])).toMatchObject([{ delivered: 1 }])
  })
})
