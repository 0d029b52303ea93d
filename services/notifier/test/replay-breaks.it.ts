// A replay that breaks off, is cancelled or held up: nothing is lost, and nothing is moved twice.

import { cancelReplay, clearCancelled, type Db, findReplay, newId } from '@renkei/db'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openReplayWorld, type ReplayWorld } from './replay-world.ts'

let world: ReplayWorld

beforeEach(async () => {
  world = await openReplayWorld()
})
afterEach(async () => {
  expect(await world.unbalanced()).toBe(0)
  await world.close()
})

describe('a crash', () => {
  test('between any two steps moves nothing twice and loses nothing', async () => {
    const events = await world.acceptMany(8, {})
    await world.settle(events, 'dead')
    const { replayId } = await world.start({ failedSince: '2000-01-01T00:00:00Z' })
    // Breaks off after each statement of a step in turn, until a step needs no more statements.
    for (let statements = 1, ended = false; !ended; statements += 1) {
      const broken = breakingAfter(world.db, statements)
      const fed = await world.feed(broken, 3).catch((error: Error) => error)
      const queue = await world.waiting()
      const { queued, remaining } = (await findReplay(world.db, replayId))!
      expect({ sum: queued + remaining!, waits: queue.length }).toEqual({ sum: 8, waits: queued })
      expect(await world.unbalanced()).toBe(0)
      ended = !(fed instanceof Error)
      if (!ended) expect((fed as Error).message).toBe('the process died')
      else expect(statements).toBeGreaterThan(4)
    }
    await world.send('delivered')
    await world.feed()
    await world.send('delivered')
    await world.feed()
    await world.send('delivered')
    await world.feed()
    const rounds = await world.sql(`SELECT seq::int, count(*)::int AS count FROM delivery_outcomes
      WHERE round = 1 GROUP BY seq ORDER BY seq`)
    expect(rounds).toEqual(events.map(({ seq }) => ({ seq, count: 1 })))
  })

  test('two feeders at once move each event once', async () => {
    const events = await world.acceptMany(40, {})
    await world.settle(events, 'refused')
    await world.start({ failedSince: '2000-01-01T00:00:00Z' }, { perSecond: 1000 })
    for (let turn = 0; turn < 5; turn += 1)
      await Promise.all([world.feed(), world.feed(), world.feed()])
    expect((await world.waiting()).length).toBe(10)
    expect(new Set((await world.waiting()).map(({ seq }) => seq)).size).toBe(10)
  })
})

describe('cancelling', () => {
  test('takes out what waits, leaves what is being sent, and each stands as it stood', async () => {
    const events = await world.acceptMany(6, {})
    await world.settle(events, 'dead')
    const { replayId } = await world.start({ failedSince: '2000-01-01T00:00:00Z' })
    await world.feed(world.db, 4)
    const claimed = newId()
    await world.sql(
      `UPDATE delivery_queue SET claimed_by = '${claimed}' WHERE seq = ${events[1]!.seq}`,
    )
    const reason = 'cancelled by its owner'
    const cancel = () =>
      world.db.transaction().execute((tx) => cancelReplay(tx, replayId, { at: world.at(), reason }))
    expect(await cancel()).toBe(3)
    expect(await cancel()).toBeUndefined()
    expect(await world.standings(events.slice(0, 2))).toEqual([
      { delivered: 0, dead: 1, waits: 0 },
      { delivered: 0, dead: 0, waits: 1 },
    ])
    // The one under way comes back to the queue: it goes, too.
    expect(await clearCancelled(world.db)).toBe(0)
    await world.sql('UPDATE delivery_queue SET claimed_by = NULL')
    expect(await clearCancelled(world.db)).toBe(1)
    expect(await findReplay(world.db, replayId)).toMatchObject({
      state: 'cancelled',
      stateReason: reason,
      queued: 4,
      removed: 4,
      waiting: 0,
    })
    expect(await world.feed()).toBeUndefined()
  })

  test('and replaying again counts a new round when it was tried meanwhile', async () => {
    const event = await world.accept({})
    await world.settle([event], 'dead')
    const { replayId } = await world.start({ eventId: event.eventId })
    await world.feed()
    await world.sql(`INSERT INTO delivery_attempts (seq, subscription_id, attempt, started_at,
      duration_ms, result, reason, round)
      VALUES (${event.seq}, '${world.subscription.subscriptionId}', 1, now(), 1, 'retry', 'slow', 1)`)
    await world.db
      .transaction()
      .execute((tx) => cancelReplay(tx, replayId, { at: world.at(), reason: 'over' }))
    await world.start({ eventId: event.eventId })
    await world.feed()
    expect(await world.waiting()).toEqual([{ seq: event.seq, lane: 'replay', round: 2 }])
  })
})

describe('a replay is held up', () => {
  test('while its subscription is paused, and ends with it', async () => {
    await world.settle(await world.acceptMany(3, {}), 'dead')
    const { replayId } = await world.start({ failedSince: '2000-01-01T00:00:00Z' })
    await world.change(world.subscription, { state: 'paused' })
    expect(await world.feed()).toMatchObject({ queued: 0 })
    expect(await findReplay(world.db, replayId)).toMatchObject({
      waitsFor: 'the subscription is not active',
    })
    await world.change(world.subscription, { state: 'active' })
    expect(await world.feed(world.db, 1)).toMatchObject({ queued: 1 })
    await world.change(world.subscription, { state: 'ended' })
    expect(await world.feed()).toMatchObject({ ended: true })
    expect(await findReplay(world.db, replayId)).toMatchObject({ state: 'cancelled', failed: 1 })
  })

  test('by an endpoint that is failing: one delivery waits, held, to find out', async () => {
    await world.settle(await world.acceptMany(3, {}), 'dead')
    await world.start({ failedSince: '2000-01-01T00:00:00Z' })
    await world.sql(`INSERT INTO endpoint_health (subscription_id, state, consecutive_failures, updated_at)
      VALUES ('${world.subscription.subscriptionId}', 'open', 9, now())`)
    expect(await world.feed()).toMatchObject({ queued: 1 })
    expect(await world.feed()).toMatchObject({ queued: 0 })
    expect(await world.sql('SELECT due_at::text AS due FROM delivery_queue')).toEqual([
      { due: 'infinity' },
    ])
  })

  test.each([
    [{ state: 'paused' }, 'notActive'],
    [{}, 'runsAlready'],
  ] as const)('after %j another is refused as %s', async (change, outcome) => {
    await world.start({ filter: {} })
    await world.change(world.subscription, change)
    expect(await world.start({ filter: {} })).toMatchObject({ outcome })
  })

  test('beyond the limits, and of what was never owed, it is refused', async () => {
    const event = await world.accept({})
    expect(await world.start({ eventId: event.eventId })).toMatchObject({ outcome: 'notOwed' })
    const { organisationId } = world.subscription
    for (let nr = 0; nr < 3; nr += 1) {
      const of = await world.subscribe({ url: `https://noc.example.jp/${nr}`, organisationId })
      expect(await world.start({ filter: {} }, { of })).toMatchObject({ outcome: 'started' })
    }
    expect(await world.start({ filter: {} })).toMatchObject({ outcome: 'tooManyRunning' })
    await world.sql(`UPDATE replays SET state = 'cancelled'`)
    const events = await world.acceptMany(60, {})
    await world.settle(events, 'dead')
    world.limits.eventsMax = 59
    expect(await world.start({ filter: {} })).toMatchObject({ outcome: 'tooManyEvents' })
    world.limits.eventsMax = 1000
  })

  test('what stands against too many deliveries is begun uncounted, and comes to its end', async () => {
    const events = await world.acceptMany(60, {})
    await world.settle(events, 'dead')
    world.limits.eventsMax = 20
    const reportId = events[50]!.reportId
    const started = await world.start({ filter: { reportId } })
    world.limits.eventsMax = 1000
    expect(started).toMatchObject({ outcome: 'started', total: null })
    const read = () => findReplay(world.db, started.replayId)
    expect(await read()).toMatchObject({ state: 'running', total: null, remaining: null })
    for (let nr = 0; nr < 10; nr += 1) await world.feed()
    expect(await world.waiting()).toHaveLength(1)
    await world.send('delivered')
    await world.feed()
    expect(await read()).toMatchObject({ state: 'completed', delivered: 1, remaining: 0 })
  })
})

/** A database on which a transaction breaks off when it has made so many statements. */
function breakingAfter(db: Db, statements: number): Db {
  let left = statements
  const plugin = {
    transformQuery({ node }: { node: never }) {
      left -= 1
      if (left < 0) throw new Error('the process died')
      return node
    },
    transformResult: async ({ result }: { result: never }) => result,
  }
  return db.withPlugin(plugin as never)
}
