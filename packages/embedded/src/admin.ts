// The two questions this package asks a running server over a connection: are you ours and well,
// and is the database there. The one place here that uses the Postgres client.

// oxlint-disable-next-line no-restricted-imports -- the server is made here, before packages/db can connect
import { Client, DatabaseError } from 'pg'
import { EmbeddedPostgresError } from './embedded-error.ts'

const CONNECT_TIMEOUT_MS = 10_000

/**
 * Makes the database if it is missing, through a server that must answer and must serve `data`.
 * Refuses when it does not answer or serves another data folder.
 */
export async function ensureDatabase(url: string, database: string, data: string): Promise<void> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: 60_000,
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ folder: string; known: boolean }>(
      `select current_setting('data_directory') as folder,
              exists (select from pg_database where datname = $1) as known`,
      [database],
    )
    if (rows[0]?.folder !== data) throw new Error(`It serves ${rows[0]?.folder}.`)
    if (!rows[0].known) await createDatabase(client, database)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new EmbeddedPostgresError(
      'not_answering',
      `The Postgres server on ${data} does not answer as it should: ${reason} ` +
        `If it does not recover, stop it with: kill -INT $(head -n 1 ${data}/postmaster.pid)`,
      { cause },
    )
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function createDatabase(client: Client, database: string): Promise<void> {
  try {
    await client.query(`create database ${client.escapeIdentifier(database)}`)
  } catch (cause) {
    // Another starter made it in the meantime: duplicate_database, or the unique index behind it.
    const code = cause instanceof DatabaseError ? cause.code : undefined
    if (code !== '42P04' && code !== '23505') throw cause
  }
}
