// The feeder of replays: in feed order, at its rate, never twice, whatever breaks between its steps.
// Outcomes are made here as the notifier's own record makes them.

import {
  cancelReplay,
  clearCancelled,
  type Db,
  feedNextReplay,
  findReplay,
  newId,
  type ReplayFilter,
  type ReplayWish,
  startReplay,
  type Subscription,
} from '@renkei/db'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Accepted } from '../../../test/support/revisions.ts'
import { openWorld, type World } from '../../../test/support/world.ts'

let world: World
let subscription: Subscription
let nowMs: number

beforeEach(async () => {
  world = await openWorld()
  subscription = await world.subscribe({ url: 'https://noc.example.jp/hook', mode: 'latest' })
  nowMs = Date.parse('2026-04-01T00:00:00Z')
})
afterEach(async () => {
  expect(await world.unbalanced()).toBe(0)
  await world.close()
})

const at = () => new Date(nowMs)
const limits = { eventsMax: 1000, runningPerOrganisationMax: 3 }

/** Ends events of the subscription as if they had been sent. */
async function settle(events: readonly Accepted[], outcome: string, of = subscription) {
  const { subscriptionId } = of
  for (const { seq } of events) {
    await world.sql(`WITH f AS (UPDATE fan_outs SET owed = owed + 1, completed_at = now()
      WHERE seq = ${seq}) INSERT INTO delivery_outcomes (seq, subscription_id, outcome, reason, attempts)
      VALUES (${seq}, '${subscriptionId}', '${outcome}', 'answered 400', 1)`)
  }
}

async function start(what: ReplayWish, members: { perSecond?: number; of?: Subscription } = {}) {
  const { perSecond = 100, of = subscription } = members
  const replayId = newId()
  const { subscriptionId, organisationId } = of
  const replay = { replayId, subscriptionId, organisationId, what, perSecond }
  const started = await world.db
    .transaction()
    .execute((tx) => startReplay(tx, replay, limits, at()))
  return { replayId, ...started }
}

/** A second later, one step. */
function feed(db: Db = world.db, waitingMax = 10) {
  nowMs += 1000
  return feedNextReplay(db, { at: at(), waitingMax, pauseMs: 250 })
}

async function waiting(): Promise<{ seq: number; lane: string; round: number }[]> {
  const rows = await world.sql('SELECT seq::int, lane, round FROM delivery_queue ORDER BY seq')
  return rows as { seq: number; lane: string; round: number }[]
}

/** What waits is sent, as the notifier would record it. */
async function send(outcome: string, limit = 1000) {
  await world.sql(`WITH gone AS (DELETE FROM delivery_queue q WHERE (seq, subscription_id) IN (
      SELECT seq, subscription_id FROM delivery_queue ORDER BY seq LIMIT ${limit}) RETURNING q.*)
    INSERT INTO delivery_outcomes (seq, subscription_id, outcome, reason, attempts, round, replay_id)
    SELECT seq, subscription_id, '${outcome}', 'answered 500', 1, round, replay_id FROM gone`)
}

const standings = async (events: readonly Accepted[]) =>
  Promise.all(
    events.map(async ({ eventId }) => {
      const { delivered, dead, waiting: waits } = await world.ledger(eventId)
      return { delivered, dead, waits }
    }),
  )

describe('what has failed since a time', () => {
  test('is moved in feed order, a few at a time, and counted until the end', async () => {
    const events = await world.acceptMany(12, {})
    await settle(events.slice(0, 9), 'dead')
    await settle(events.slice(9), 'delivered')
    const { replayId, ...started } = await start({ failedSince: '2000-01-01T00:00:00Z' })
    expect(started).toEqual({ outcome: 'started', total: 9 })
    expect(await feed(world.db, 4)).toMatchObject({ queued: 4, ended: false })
    const first = events.slice(0, 4).map(({ seq }) => ({ seq, lane: 'replay', round: 1 }))
    expect(await waiting()).toEqual(first)
    expect(await feed(world.db, 4)).toMatchObject({ queued: 0 })
    await send('delivered', 3)
    expect(await feed(world.db, 4)).toMatchObject({ queued: 3 })
    expect(await findReplay(world.db, replayId)).toMatchObject({
      state: 'running',
      total: 9,
      queued: 7,
      delivered: 3,
      failed: 0,
      waiting: 4,
      remaining: 2,
    })
    await send('dead')
    await feed()
    await send('delivered')
    expect(await feed()).toMatchObject({ ended: true })
    expect(await findReplay(world.db, replayId)).toMatchObject({
      state: 'completed',
      queued: 9,
      delivered: 5,
      failed: 4,
      remaining: 0,
      reasons: [{ what: 'failed', reason: 'answered 500', count: 4 }],
    })
    const after = await standings(events)
    expect(after.map(({ delivered }) => delivered)).toEqual([1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1])
    expect(await feed()).toBeUndefined()
  })

  test('keeps to its rate', async () => {
    await settle(await world.acceptMany(9, {}), 'dead')
    await start({ failedSince: '2000-01-01T00:00:00Z' }, { perSecond: 2 })
    for (let second = 1; second <= 4; second += 1) {
      expect(await feed(world.db, 100)).toMatchObject({ queued: 2 })
    }
  })

  test('leaves out what a delivered newer revision has overtaken, and says so', async () => {
    const older = await world.accept({})
    const newer = await world.accept({ reportId: older.reportId, revision: 2 })
    await settle([older], 'dead')
    await settle([newer], 'delivered')
    const { replayId } = await start({ failedSince: '2000-01-01T00:00:00Z' })
    expect(await feed()).toMatchObject({ queued: 0 })
    await feed()
    expect(await findReplay(world.db, replayId)).toMatchObject({
      state: 'completed',
      total: 1,
      queued: 0,
      skipped: 1,
      reasons: [{ what: 'skipped', reason: expect.stringContaining('newer revision'), count: 1 }],
    })
  })

  test('is nothing when nothing has failed', async () => {
    await settle([await world.accept({})], 'delivered')
    expect(await start({ failedSince: '2000-01-01T00:00:00Z' })).toMatchObject({ total: 0 })
    expect(await feed()).toMatchObject({ ended: true })
  })
})

describe('what is named', () => {
  test('by its event is sent again though a newer revision was delivered, and stays delivered', async () => {
    const older = await world.accept({})
    const newer = await world.accept({ reportId: older.reportId, revision: 2 })
    await settle([older, newer], 'delivered')
    await start({ eventId: older.eventId })
    await feed()
    expect(await waiting()).toEqual([{ seq: older.seq, lane: 'replay', round: 1 }])
    expect(await standings([older])).toEqual([{ delivered: 1, dead: 0, waits: 0 }])
    await send('dead')
    expect(await standings([older])).toEqual([{ delivered: 1, dead: 0, waits: 0 }])
  })

  test('by a filter is what all of its members name', async () => {
    const [one, two, three] = await world.acceptMany(3, { level: 3 })
    const low = await world.accept({ level: 0 })
    await settle([one!, low], 'delivered')
    await settle([two!, three!], 'superseded')
    const totals: unknown[] = []
    for (const members of [
      {},
      { standings: ['delivered'] },
      { minLevel: 3 },
      { reportId: two!.reportId },
      { afterCursor: String(two!.seq) },
      { from: '2999-01-01T00:00:00Z' },
      { until: '2000-01-01T00:00:00Z' },
      { minLevel: 3, standings: ['superseded', 'dead'], afterCursor: String(two!.seq) },
    ]) {
      const started = await start({ filter: members as ReplayFilter })
      totals.push('total' in started && started.total)
      await world.sql(`UPDATE replays SET state = 'cancelled'`)
    }
    expect(totals).toEqual([4, 2, 3, 1, 2, 0, 0, 1])
  })

  test('goes one revision after the other where all of them are wanted', async () => {
    const all = await world.subscribe({ url: 'https://noc.example.jp/all', mode: 'all' })
    const first = await world.accept({})
    const second = await world.accept({ reportId: first.reportId, revision: 2 })
    const other = await world.accept({})
    await settle([first, second, other], 'delivered', all)
    await start({ filter: {} }, { of: all })
    await feed()
    expect((await waiting()).map(({ seq }) => seq)).toEqual([first.seq])
    expect(await feed()).toMatchObject({ queued: 0 })
    await send('delivered')
    await feed()
    expect((await waiting()).map(({ seq }) => seq)).toEqual([second.seq, other.seq])
  })

  test('can be looked for in far more than it names', async () => {
    const events = await world.acceptMany(40, {})
    for (let nr = 0; nr < 30; nr += 1) events.push(...(await world.acceptMany(40, {})))
    await settle(events.slice(0, 1), 'delivered')
    await world.sql(`WITH f AS (UPDATE fan_outs SET owed = 1, completed_at = now() WHERE owed = 0)
      INSERT INTO delivery_outcomes (seq, subscription_id, outcome, reason, attempts)
      SELECT seq, '${subscription.subscriptionId}', 'delivered', 'answered 204', 1 FROM fan_outs
      WHERE owed = 0`)
    const last = events.at(-1)!
    expect(await start({ filter: { reportId: last.reportId } })).toMatchObject({ total: 1 })
    expect(await feed()).toMatchObject({ queued: 0 })
    nowMs -= 1000
    expect(await feed()).toMatchObject({ queued: 1 })
    expect((await waiting()).map(({ seq }) => seq)).toEqual([last.seq])
  })
})

describe('a crash', () => {
  test('between any two steps moves nothing twice and loses nothing', async () => {
    const events = await world.acceptMany(8, {})
    await settle(events, 'dead')
    const { replayId } = await start({ failedSince: '2000-01-01T00:00:00Z' })
    // Breaks off after each statement of a step in turn, until a step needs no more statements.
    for (let statements = 1, ended = false; !ended; statements += 1) {
      const broken = breakingAfter(world.db, statements)
      const fed = await feed(broken, 3).catch((error: Error) => error)
      const queue = await waiting()
      const { queued, remaining } = (await findReplay(world.db, replayId))!
      expect({ sum: queued + remaining, waits: queue.length }).toEqual({ sum: 8, waits: queued })
      expect(await world.unbalanced()).toBe(0)
      ended = !(fed instanceof Error)
      if (!ended) expect((fed as Error).message).toBe('the process died')
      else expect(statements).toBeGreaterThan(4)
    }
    await send('delivered')
    await feed()
    await send('delivered')
    await feed()
    await send('delivered')
    await feed()
    const rounds = await world.sql(`SELECT seq::int, count(*)::int AS count FROM delivery_outcomes
      WHERE round = 1 GROUP BY seq ORDER BY seq`)
    expect(rounds).toEqual(events.map(({ seq }) => ({ seq, count: 1 })))
  })

  test('two feeders at once move each event once', async () => {
    const events = await world.acceptMany(40, {})
    await settle(events, 'refused')
    await start({ failedSince: '2000-01-01T00:00:00Z' }, { perSecond: 1000 })
    for (let turn = 0; turn < 5; turn += 1) await Promise.all([feed(), feed(), feed()])
    expect((await waiting()).length).toBe(10)
    expect(new Set((await waiting()).map(({ seq }) => seq)).size).toBe(10)
  })
})

describe('cancelling', () => {
  test('takes out what waits, leaves what is being sent, and each stands as it stood', async () => {
    const events = await world.acceptMany(6, {})
    await settle(events, 'dead')
    const { replayId } = await start({ failedSince: '2000-01-01T00:00:00Z' })
    await feed(world.db, 4)
    const claimed = newId()
    await world.sql(
      `UPDATE delivery_queue SET claimed_by = '${claimed}' WHERE seq = ${events[1]!.seq}`,
    )
    const reason = 'cancelled by its owner'
    const cancel = () =>
      world.db.transaction().execute((tx) => cancelReplay(tx, replayId, { at: at(), reason }))
    expect(await cancel()).toBe(3)
    expect(await cancel()).toBeUndefined()
    expect(await standings(events.slice(0, 2))).toEqual([
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
    expect(await feed()).toBeUndefined()
  })

  test('and replaying again counts a new round when it was tried meanwhile', async () => {
    const event = await world.accept({})
    await settle([event], 'dead')
    const { replayId } = await start({ eventId: event.eventId })
    await feed()
    await world.sql(`INSERT INTO delivery_attempts (seq, subscription_id, attempt, started_at,
      duration_ms, result, reason, round)
      VALUES (${event.seq}, '${subscription.subscriptionId}', 1, now(), 1, 'retry', 'slow', 1)`)
    await world.db
      .transaction()
      .execute((tx) => cancelReplay(tx, replayId, { at: at(), reason: 'over' }))
    await start({ eventId: event.eventId })
    await feed()
    expect(await waiting()).toEqual([{ seq: event.seq, lane: 'replay', round: 2 }])
  })
})

describe('a replay is held up', () => {
  test('while its subscription is paused, and ends with it', async () => {
    await settle(await world.acceptMany(3, {}), 'dead')
    const { replayId } = await start({ failedSince: '2000-01-01T00:00:00Z' })
    await world.change(subscription, { state: 'paused' })
    expect(await feed()).toMatchObject({ queued: 0 })
    expect(await findReplay(world.db, replayId)).toMatchObject({
      waitsFor: 'the subscription is not active',
    })
    await world.change(subscription, { state: 'active' })
    expect(await feed(world.db, 1)).toMatchObject({ queued: 1 })
    await world.change(subscription, { state: 'ended' })
    expect(await feed()).toMatchObject({ ended: true })
    expect(await findReplay(world.db, replayId)).toMatchObject({ state: 'cancelled', failed: 1 })
  })

  test('by an endpoint that is failing: one delivery waits, held, to find out', async () => {
    await settle(await world.acceptMany(3, {}), 'dead')
    await start({ failedSince: '2000-01-01T00:00:00Z' })
    await world.sql(`INSERT INTO endpoint_health (subscription_id, state, consecutive_failures, updated_at)
      VALUES ('${subscription.subscriptionId}', 'open', 9, now())`)
    expect(await feed()).toMatchObject({ queued: 1 })
    expect(await feed()).toMatchObject({ queued: 0 })
    expect(await world.sql('SELECT due_at::text AS due FROM delivery_queue')).toEqual([
      { due: 'infinity' },
    ])
  })

  test.each([
    [{ state: 'paused' }, 'notActive'],
    [{}, 'runsAlready'],
  ] as const)('after %j another is refused as %s', async (change, outcome) => {
    await start({ filter: {} })
    await world.change(subscription, change)
    expect(await start({ filter: {} })).toMatchObject({ outcome })
  })

  test('beyond the limits, and of what was never owed, it is refused', async () => {
    const event = await world.accept({})
    expect(await start({ eventId: event.eventId })).toMatchObject({ outcome: 'notOwed' })
    const { organisationId } = subscription
    for (let nr = 0; nr < 3; nr += 1) {
      const of = await world.subscribe({ url: `https://noc.example.jp/${nr}`, organisationId })
      expect(await start({ filter: {} }, { of })).toMatchObject({ outcome: 'started' })
    }
    expect(await start({ filter: {} })).toMatchObject({ outcome: 'tooManyRunning' })
    await world.sql(`UPDATE replays SET state = 'cancelled'`)
    const events = await world.acceptMany(60, {})
    await settle(events, 'dead')
    limits.eventsMax = 59
    expect(await start({ filter: {} })).toMatchObject({ outcome: 'tooManyEvents' })
    limits.eventsMax = 1000
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
