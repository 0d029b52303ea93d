// The database of a run: the one that DATABASE_URL names, or an embedded Postgres of our own, brought
// to the newest version.

import { createHmac } from 'node:crypto'
import { migrateBellStore } from '@renkei/bell'
import { ensureServiceLogin, migrate, withClient } from '@renkei/db'
import { startEmbeddedPostgres } from '@renkei/embedded'

export interface SystemDatabase {
  readonly url: string
  readonly embedded: boolean
  readonly stop: () => Promise<void>
}

export interface SystemDatabaseOptions {
  readonly databaseUrl: string | undefined
  readonly dataDir: string
  /** For demos and benchmarks: the data vanish when it stops. Safety of commits stays as it is. */
  readonly throwAway?: boolean
}

/** Finds or starts the database; does not change its version. */
export async function openSystemDatabase(options: SystemDatabaseOptions): Promise<SystemDatabase> {
  if (options.databaseUrl) {
    return { url: options.databaseUrl, embedded: false, stop: async () => {} }
  }
  const server = await startEmbeddedPostgres({ dataDir: options.dataDir, database: 'renkei' })
  return { url: server.url, embedded: true, stop: () => server.stop() }
}

/** Applies the migrations of Renkei and of the queue store; resolves to the names of the new ones. */
export async function prepareDatabase(url: string): Promise<string[]> {
  const applied = await migrate(url)
  await withClient(url, migrateBellStore)
  return applied
}

/**
 * The URL that the services of a run get, once the database is prepared. On the embedded server they
 * have a login of their own, which owns nothing; a given server is used with the login that was given.
 */
export async function serviceUrlOf({ url, embedded }: SystemDatabase): Promise<string> {
  if (!embedded) return url
  // Made from the server's own password, so that whoever starts services finds the same one.
  const { password } = new URL(url)
  return ensureServiceLogin(url, createHmac('sha256', password).update('services').digest('hex'))
}
