import { Client } from 'pg'
import { afterEach, describe, expect, inject, test } from 'vitest'
import { createEmptyDatabase, createTestDatabase } from '../src/database.ts'
import type { TestDatabase } from '../src/database.ts'

const made: TestDatabase[] = []
const keep = (database: TestDatabase): TestDatabase => {
  made.push(database)
  return database
}

afterEach(async () => {
  await Promise.all(made.splice(0).map(async (database) => database.drop()))
})

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

const tables = `select table_name from information_schema.tables where table_schema = 'public'`

describe('test databases', () => {
  test('come with the migrations applied, an empty one with nothing', async () => {
    const migrated = keep(await createTestDatabase())
    const empty = keep(await createEmptyDatabase())
    expect((await query(migrated.url, tables)).length).toBeGreaterThan(1)
    expect(await query(empty.url, tables)).toEqual([])
  })

  test('share no rows with one another', async () => {
    const [one, two] = [keep(await createTestDatabase()), keep(await createTestDatabase())]
    await query(one.url, 'create table only_here (id int)')
    expect(await query(two.url, `select to_regclass('only_here') as found`)).toEqual([
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
    const left = await query(
      inject('testServer').adminUrl,
      `select 1 from pg_database where datname = '${name}'`,
    )
    expect(left).toEqual([])
  })
})
