// A server whose machine is gone, or that a firewall has forgotten, leaves connections on which
// nothing ever comes again. Who has waited in vain on one takes it out of the pool.

import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type { Pool, PoolClient } from 'pg'

/** The pool with its connections dropped once a query has had no answer within `query_timeout`. */
export function dropSilentConnections(pool: Pool): PostgresPool {
  return {
    options: pool.options,
    connect: async () => watch(await pool.connect()),
    end: () => pool.end(),
  }
}

function watch(client: PoolClient): PostgresPoolClient {
  let silence: unknown
  const query = async (sql: string, parameters: readonly unknown[]) => {
    // What follows on it, such as a rollback, would only wait as long again.
    if (silence) throw silence
    try {
      return await client.query(sql, [...parameters])
    } catch (error) {
      if (isSilence(error)) silence = error
      throw error
    }
  }
  return {
    // Kysely asks for a second form, of cursors, only when it is given a cursor class.
    query: query as unknown as PostgresPoolClient['query'],
    release: (destroy) => client.release(destroy === true || silence !== undefined),
  }
}

function isSilence(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout'
}
