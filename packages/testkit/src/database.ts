// A database of its own for every test file: a clone of the template that global-setup.ts made
// once per run, taken in a few hundredths of a second.

import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import type { TestServer } from './test-server.ts'

export type TestDatabase = { url: string; drop(): Promise<void> }

/** A new database with all migrations applied and no rows. Drop it when done. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return createDatabase(({ template }) => `template ${template}`)
}

/** A new database with nothing in it, for tests of the migrations themselves. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase(() => 'template template0')
}

/** The rows of one statement, run on a connection of its own. */
export async function runSql(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, unknown>>(statement)
    return rows
  } finally {
    await client.end()
  }
}

/** The same server's URL for another database. */
export function databaseUrl(adminUrl: string, database: string): string {
  const url = new URL(adminUrl)
  url.pathname = `/${database}`
  return url.href
}

async function createDatabase(from: (server: TestServer) => string): Promise<TestDatabase> {
  // Imported here, because vitest exists only inside its own processes.
  const { inject } = await import('vitest')
  const server = inject('testServer')
  const name = `${server.prefix}${randomBytes(6).toString('hex')}`
  await runSql(server.adminUrl, `create database ${name} ${from(server)}`)
  return {
    url: databaseUrl(server.adminUrl, name),
    drop: async () =>
      void (await runSql(server.adminUrl, `drop database if exists ${name} with (force)`)),
  }
}
