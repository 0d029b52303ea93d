// Where bells are kept, as the services say it: a Redis (or Valkey) by its address, or a pool on
// the Postgres that holds everything else.

import type { PgQueryable } from 'bullmq'

type Listener = (value: never) => void

/** What is needed of a `pg.PoolClient`. */
export interface BellClient extends PgQueryable {
  on(event: 'error' | 'notification' | 'end', listener: Listener): unknown
  removeListener(event: 'error' | 'notification', listener: Listener): unknown
  removeAllListeners(event: 'notification'): unknown
  release(destroy?: boolean): void
}

/**
 * What is needed of a `pg.Pool`. Its connections must have the schema "bullmq" as `search_path`,
 * a listener keeps one of them per lane for itself (give it two more at least), and it must have
 * a `connectionTimeoutMillis`.
 */
export interface BellPool {
  connect(): Promise<BellClient>
  on(event: 'error', listener: (error: Error) => void): unknown
  removeListener(event: 'error', listener: (error: Error) => void): unknown
}

export type BellStore =
  | { readonly kind: 'redis'; readonly url: string }
  | { readonly kind: 'postgres'; readonly pool: BellPool }

/** A logger as pino has it; every line is one change of state, never one ring. */
export interface BellLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/**
 * Keeps an error of an idle connection from ending the process for as long as the store is in use;
 * the function it returns lets go again.
 */
export function holdStore(store: BellStore): () => void {
  if (store.kind === 'redis') return () => undefined
  const ignore = () => undefined
  store.pool.on('error', ignore)
  return () => store.pool.removeListener('error', ignore)
}
