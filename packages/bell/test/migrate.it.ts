import { openBellPool, withClient } from '@renkei/db'
import { createEmptyDatabase, type TestDatabase, waitFor } from '@renkei/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type BellStore, listenForBells, migrateBellStore, openBell } from '../src/index.ts'

let database: TestDatabase

beforeEach(async () => {
  database = await createEmptyDatabase()
})
afterEach(() => database.drop())

test('several that start at once on an empty database all succeed, and repeating changes nothing', async () => {
  const migrate = () => withClient(database.url, migrateBellStore)
  await Promise.all(Array.from({ length: 5 }, migrate))
  const before = await appliedMigrations()
  await migrate()
  expect(before.length).toBeGreaterThan(0)
  expect(await appliedMigrations()).toEqual(before)
})

test('who starts before the migration takes nobody down with it, and works once it is done', async () => {
  const bells = openBellPool(database.url, () => undefined)
  const store: BellStore = { kind: 'postgres', pool: bells.pool }
  const reasons: unknown[] = []
  const heard: string[] = []
  const log = { info: () => undefined, warn: (fields: object) => void reasons.push(fields) }
  const listener = listenForBells(store, (lane) => heard.push(lane), { log })
  const bell = openBell(store, { log })
  bell.ring('level4')
  await waitFor(() => reasons.length === 2)
  expect(bell.state()).toBe('down')

  await withClient(database.url, migrateBellStore)
  await listener.ready()
  await waitFor(() => bell.state() === 'up')
  await waitFor(() => heard.filter((lane) => lane === 'level4').length === 2)
  await Promise.all([bell.close(), listener.close()])
  await bells.close()
})

async function appliedMigrations(): Promise<object[]> {
  return withClient(database.url, async (client) => {
    const { rows } = await client.query('select * from bullmq.migration order by version')
    return rows
  })
}
