import { Client } from 'pg'
import { afterEach, describe, expect, inject, test } from 'vitest'
import { createEmptyDatabase, createTestDatabase, runSql } from '../src/database.ts'
import type { TestDatabase } from '../src/database.ts'

const made: TestDatabase[] = []
const keep = (database: TestDatabase): TestDatabase => {
  made.push(database)
  return database
}

afterEach(async () => {
  await Promise.all(made.splice(0).map(async (database) => database.drop()))
})

const tables = `select table_name from information_schema.tables where table_schema = 'public'`

describe('test databases', () => {
  test('come with the migrations applied, an empty one with nothing', async () => {
    const migrated = keep(await createTestDatabase())
    const empty = keep(await createEmptyDatabase())
    expect((await runSql(migrated.url, tables)).length).toBeGreaterThan(1)
    expect(await runSql(empty.url, tables)).toEqual([])
  })

  test('share no rows with one another', async () => {
    const [one, two] = [keep(await createTestDatabase()), keep(await createTestDatabase())]
    await runSql(one.url, 'create table only_here (id int)')
    expect(await runSql(two.url, `select to_regclass('only_here') as found`)).toEqual([
      { found: null },
    ])
  })

  test('can be made by many at once', async () => {
    const many = await Promise.all(
      Array.from({ length: 12 }, async () => keep(await createTestDatabase())),
    )
    expect(new Set(many.map(({ url }) => url)).size).toBe(12)
  })

  test('are dropped even while a connection is open', async () => {
    const database = await createTestDatabase()
    const client = new Client({ connectionString: database.url })
    const ended = new Promise((resolve) => client.on('error', resolve))
    await client.connect()
    await database.drop()
    await ended
    const name = new URL(database.url).pathname.slice(1)
    const left = await runSql(
      inject('testServer').adminUrl,
      `select 1 from pg_database where datname = '${name}'`,
    )
    expect(left).toEqual([])
  })
})
