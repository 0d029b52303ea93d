// Bells make delivery fast: over Redis, or over the Postgres that is there anyway.

import { type BellStore, type Lane, listenForBells } from '@renkei/bell'
import { openBellPool } from '@renkei/db'
import type { Context } from './context.ts'

/** Listens until the notifier stops. */
export function listenToBells(context: Context, wake: (lane: Lane) => void): void {
  const { log, stopper } = context
  const listener = listenForBells(openStore(context), wake, { log })
  stopper.add('bells', () => listener.close())
}

function openStore({ config, log, stopper }: Context): BellStore {
  if (config.redisUrl) return { kind: 'redis', url: config.redisUrl }
  const onError = (error: Error) => log.warn({ err: error }, 'bell.connection-lost')
  const pool = openBellPool(config.databaseUrl, onError, { asService: true })
  stopper.add('bell pool', () => pool.close())
  return { kind: 'postgres', pool: pool.pool }
}
