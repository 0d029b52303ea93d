// Results on their way to the database: what happens to them when it refuses one, or is away.

import { expandNext, newId, openDatabase } from '@renkei/db'
import { makeLogger, systemClock } from '@renkei/service-kit'
import { startTcpProxy, waitFor } from '@renkei/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openWorld, type World } from '../../../test/support/world.ts'
import { makeHealthKeeper } from '../src/deliver/endpoint-health.ts'
import { makeResultBuffer, type ResultBuffer } from '../src/deliver/result-buffer.ts'
import type { TriedDelivery } from '../src/deliver/tried-delivery.ts'

const notifierId = newId()
const log = makeLogger('test', 'silent')

let world: World
let settled: TriedDelivery[]
let results: TriedDelivery[]

beforeEach(async () => {
  world = await openWorld()
  settled = []
  for (let nr = 0; nr < 9; nr += 1) await world.subscribe({ url: 'http://127.0.0.1:1/' })
  await world.accept()
  const expanded = await expandNext(world.db, {
    lane: 'level0to2',
    notifierId,
    subscriptionsMax: 100,
    claimMax: 100,
    claimable: () => true,
    refresh: () => Promise.resolve(),
    owedTo: () => true,
  })
  results = expanded!.claimed.map(({ seq, subscriptionId }) => resultOf(seq, subscriptionId))
})

afterEach(() => world.close())

function resultOf(seq: number, subscriptionId: string): TriedDelivery {
  const tried = { seq, subscriptionId, attempt: 1, round: 0, startedAt: new Date().toISOString() }
  const answered = { durationMs: 1, result: 'delivered', status: 204, reason: 'answered 204' }
  return { ...tried, ...answered, outcome: 'delivered', retryInMs: null } as TriedDelivery
}

function makeBuffer(db = world.db): ResultBuffer {
  const deps = { db, log, clock: systemClock, random: Math.random }
  const health = makeHealthKeeper({ ...deps, endGone: () => Promise.resolve() })
  return makeResultBuffer({
    db,
    notifierId,
    log,
    health,
    flushMs: 1,
    flushResultsMax: 4,
    onRecorded: (recorded) => void settled.push(...recorded),
  })
}

const recorded = async () => (await world.sql('SELECT FROM delivery_outcomes')).length

test('a result that the database refuses holds up no other', async () => {
  const buffer = makeBuffer()
  for (const [nr, result] of results.entries()) {
    buffer.add(nr === 4 ? { ...result, durationMs: 0.5 } : result)
  }
  await buffer.flush()
  expect([buffer.waiting(), settled.length, await recorded()]).toEqual([0, 9, 8])
  expect(await world.unbalanced()).toBe(0)
})

test('results are kept while the database is away, and recorded when it is back', async () => {
  const line = await startTcpProxy(world.url)
  const database = openDatabase({
    url: line.url,
    applicationName: 'test',
    connectionsMax: 2,
    statementTimeoutMs: 5000,
  })
  const buffer = makeBuffer(database.db)
  await line.refuse()
  for (const result of results) buffer.add(result)
  const flushing = buffer.flush()
  await waitFor(() => buffer.waiting() === 9)
  await line.restore()
  await flushing
  expect([buffer.waiting(), settled.length, await recorded()]).toEqual([0, 9, 9])
  await database.close()
  await line.close()
})

test('it goes on after a flush of nothing', async () => {
  const buffer = makeBuffer()
  await buffer.flush()
  buffer.add(results[0]!)
  await waitFor(async () => (await recorded()) === 1)
})

test('a result is recorded within its time without being asked for, and many at once', async () => {
  const buffer = makeBuffer()
  buffer.add(results[0]!)
  await waitFor(() => settled.length === 1)
  for (const result of results.slice(1)) buffer.add(result)
  await waitFor(() => settled.length === 9)
  expect(await recorded()).toBe(9)
})
