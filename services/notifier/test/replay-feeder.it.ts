// What a replay means: which events, in which order, at which rate.

import { findReplay, type ReplayFilter } from '@renkei/db'
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

describe('what has failed since a time', () => {
  test('is moved in feed order, a few at a time, and counted until the end', async () => {
    const events = await world.acceptMany(12, {})
    await world.settle(events.slice(0, 9), 'dead')
    await world.settle(events.slice(9), 'delivered')
    const { replayId, ...started } = await world.start({ failedSince: '2000-01-01T00:00:00Z' })
    expect(started).toEqual({ outcome: 'started', total: 9 })
    expect(await world.feed(world.db, 4)).toMatchObject({ queued: 4, ended: false })
    const first = events.slice(0, 4).map(({ seq }) => ({ seq, lane: 'replay', round: 1 }))
    expect(await world.waiting()).toEqual(first)
    expect(await world.feed(world.db, 4)).toMatchObject({ queued: 0 })
    await world.send('delivered', 3)
    expect(await world.feed(world.db, 4)).toMatchObject({ queued: 3 })
    expect(await findReplay(world.db, replayId)).toMatchObject({
      state: 'running',
      total: 9,
      queued: 7,
      delivered: 3,
      failed: 0,
      waiting: 4,
      remaining: 2,
    })
    await world.send('dead')
    await world.feed()
    await world.send('delivered')
    expect(await world.feed()).toMatchObject({ ended: true })
    expect(await findReplay(world.db, replayId)).toMatchObject({
      state: 'completed',
      queued: 9,
      delivered: 5,
      failed: 4,
      remaining: 0,
      reasons: [{ what: 'failed', reason: 'answered 500', count: 4 }],
    })
    const after = await world.standings(events)
    expect(after.map(({ delivered }) => delivered)).toEqual([1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1])
    expect(await world.feed()).toBeUndefined()
  })

  test('keeps to its rate', async () => {
    await world.settle(await world.acceptMany(9, {}), 'dead')
    await world.start({ failedSince: '2000-01-01T00:00:00Z' }, { perSecond: 2 })
    for (let second = 1; second <= 4; second += 1) {
      expect(await world.feed(world.db, 100)).toMatchObject({ queued: 2 })
    }
  })

  test('leaves out what a delivered newer revision has overtaken, and says so', async () => {
    const older = await world.accept({})
    const newer = await world.accept({ reportId: older.reportId, revision: 2 })
    await world.settle([older], 'dead')
    await world.settle([newer], 'delivered')
    const { replayId } = await world.start({ failedSince: '2000-01-01T00:00:00Z' })
    expect(await world.feed()).toMatchObject({ queued: 0 })
    await world.feed()
    expect(await findReplay(world.db, replayId)).toMatchObject({
      state: 'completed',
      total: 1,
      queued: 0,
      skipped: 1,
      reasons: [{ what: 'skipped', reason: expect.stringContaining('newer revision'), count: 1 }],
    })
  })

  test('is nothing when nothing has failed', async () => {
    await world.settle([await world.accept({})], 'delivered')
    expect(await world.start({ failedSince: '2000-01-01T00:00:00Z' })).toMatchObject({ total: 0 })
    expect(await world.feed()).toMatchObject({ ended: true })
  })
})

describe('what is named', () => {
  test('by its event is sent again though a newer revision was delivered, and stays delivered', async () => {
    const older = await world.accept({})
    const newer = await world.accept({ reportId: older.reportId, revision: 2 })
    await world.settle([older, newer], 'delivered')
    await world.start({ eventId: older.eventId })
    await world.feed()
    expect(await world.waiting()).toEqual([{ seq: older.seq, lane: 'replay', round: 1 }])
    expect(await world.standings([older])).toEqual([{ delivered: 1, dead: 0, waits: 0 }])
    await world.send('dead')
    expect(await world.standings([older])).toEqual([{ delivered: 1, dead: 0, waits: 0 }])
  })

  test('by a filter is what all of its members name', async () => {
    const [one, two, three] = await world.acceptMany(3, { level: 3 })
    const low = await world.accept({ level: 0 })
    await world.settle([one!, low], 'delivered')
    await world.settle([two!, three!], 'superseded')
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
      const started = await world.start({ filter: members as ReplayFilter })
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
    await world.settle([first, second, other], 'delivered', all)
    await world.start({ filter: {} }, { of: all })
    await world.feed()
    expect((await world.waiting()).map(({ seq }) => seq)).toEqual([first.seq])
    expect(await world.feed()).toMatchObject({ queued: 0 })
    await world.send('delivered')
    await world.feed()
    expect((await world.waiting()).map(({ seq }) => seq)).toEqual([second.seq, other.seq])
  })

  test('can be looked for in far more than it names', async () => {
    const events = await world.acceptMany(40, {})
    for (let nr = 0; nr < 30; nr += 1) events.push(...(await world.acceptMany(40, {})))
    await world.settle(events.slice(0, 1), 'delivered')
    await world.sql(`WITH f AS (UPDATE fan_outs SET owed = 1, completed_at = now() WHERE owed = 0)
      INSERT INTO delivery_outcomes (seq, subscription_id, outcome, reason, attempts)
      SELECT seq, '${world.subscription.subscriptionId}', 'delivered', 'answered 204', 1 FROM fan_outs
      WHERE owed = 0`)
    const last = events.at(-1)!
    expect(await world.start({ filter: { reportId: last.reportId } })).toMatchObject({ total: 1 })
    expect(await world.feed()).toMatchObject({ queued: 0 })
    world.standStill()
    expect(await world.feed()).toMatchObject({ queued: 1 })
    expect((await world.waiting()).map(({ seq }) => seq)).toEqual([last.seq])
  })
})
