// The two questions this package asks a running server over a connection: are you ours and well,
// and is the database there. The one place here that asks it in SQL.

import { withClient } from '@renkei/db'
import { EmbeddedPostgresError } from './embedded-error.ts'

const QUERY_TIMEOUT_MS = 60_000

/**
 * Makes the database if it is missing, through a server that must answer and must serve `data`.
 * Refuses when it does not answer or serves another data folder.
 */
export async function ensureDatabase(url: string, database: string, data: string): Promise<void> {
  try {
    await withClient(
      url,
      async (client) => {
        const { rows } = await client.query<{ folder: string; known: boolean }>(
          `select current_setting('data_directory') as folder,
                  exists (select from pg_database where datname = $1) as known`,
          [database],
        )
        if (rows[0]?.folder !== data) throw new Error(`It serves ${rows[0]?.folder}.`)
        if (!rows[0].known) await createDatabase(client, database)
      },
      { queryTimeoutMs: QUERY_TIMEOUT_MS },
    )
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new EmbeddedPostgresError(
      'not_answering',
      `The Postgres server on ${data} does not answer as it should: ${reason} ` +
        `If it does not recover, stop it with: kill -INT $(head -n 1 ${data}/postmaster.pid)`,
      { cause },
    )
  }
}

type Client = Parameters<Parameters<typeof withClient>[1]>[0]

async function createDatabase(client: Client, database: string): Promise<void> {
  try {
    await client.query(`create database ${client.escapeIdentifier(database)}`)
  } catch (cause) {
    // Another starter made it in the meantime: duplicate_database, or the unique index behind it.
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code !== '42P04' && code !== '23505') throw cause
  }
}
