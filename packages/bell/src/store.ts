// Where bells are kept, as the services say it: a Redis (or Valkey) by its address, or a pool on
// the Postgres that holds everything else.

import type { PgQueryable } from 'bullmq'

/** What is needed of a `pg.PoolClient`; what a listener is given depends on the event. */
export interface BellStoreClient extends PgQueryable {
  on(event: 'error' | 'end' | 'notification', listener: () => void): unknown
  removeListener(event: 'error' | 'notification', listener: () => void): unknown
  removeAllListeners(event: 'notification'): unknown
  release(destroy?: boolean): void
}

/**
 * What is needed of a `pg.Pool`. Its connections must have the schema "bullmq" as `search_path`,
 * a listener keeps one of them per lane for itself (give it two more at least), and it must have
 * a `connectionTimeoutMillis`.
 */
export interface BellStorePool {
  connect(): Promise<BellStoreClient>
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'connect', listener: (client: BellStoreClient) => void): unknown
  removeListener(event: 'error', listener: (error: Error) => void): unknown
  removeListener(event: 'connect', listener: (client: BellStoreClient) => void): unknown
}

export type BellStore =
  | { readonly kind: 'redis'; readonly url: string }
  | { readonly kind: 'postgres'; readonly pool: BellStorePool }

/** A logger as pino has it; every line is one change of state, never one ring. */
export interface BellLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/**
 * Keeps the loss of a connection from ending the process for as long as the store is in use; the
 * function it returns lets go again.
 */
export function holdStore(store: BellStore): () => void {
  if (store.kind === 'redis') return () => undefined
  const { pool } = store
  pool.on('error', ignore)
  pool.on('connect', shield)
  return () => {
    pool.removeListener('error', ignore)
    pool.removeListener('connect', shield)
  }
}

/**
 * Gives the connection an error listener for good. A pool takes its own away when it lends one, and
 * a server that dies says so in the very packet that completes the connection.
 */
export function shield(client: BellStoreClient): void {
  client.removeListener('error', ignore)
  client.on('error', ignore)
}

function ignore(): void {}
