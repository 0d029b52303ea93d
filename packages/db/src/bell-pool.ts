// The pool that the Postgres-backed queue store works on: BullMQ's functions use unqualified
// names, so its connections look in the schema "bullmq" first.

import { Pool } from 'pg'
import { asServiceRole } from './service-role.ts'

const bellSchema = 'bullmq'

export interface BellPool {
  readonly pool: Pool
  readonly close: () => Promise<void>
}

/**
 * Opens the queue's own pool, for a service with the rights of services; its LISTEN connections are
 * taken from it, hence keep-alive.
 */
export function openBellPool(
  url: string,
  onError: (error: Error) => void,
  { asService = false }: { readonly asService?: boolean } = {},
): BellPool {
  const role = asService ? ` ${asServiceRole}` : ''
  const pool = new Pool({
    connectionString: url,
    application_name: 'renkei-bell',
    max: 12,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    options: `-c search_path=${bellSchema} -c synchronous_commit=off${role}`,
  })
  pool.on('error', onError)
  return { pool, close: () => pool.end() }
}
