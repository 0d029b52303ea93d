// The database connections of a notifier. A quarter of them is for the lane of level 4 alone.

import { type Database, type Db, openDatabase } from '@renkei/db'
import type { Logger, Stopper } from '@renkei/service-kit'
import type { NotifierConfig } from '../config.ts'

/** Opens both pools; nothing connects before the first query. */
export function openDatabases(
  config: NotifierConfig,
  log: Logger,
  stopper: Stopper,
): { db: Db; urgentDb: Db } {
  const max = config.databaseConnectionsMax
  const urgentMax = Math.max(1, Math.floor(max / 4))
  const others = openPool(config, log, max - urgentMax)
  stopper.add('database', others.close)
  const urgent = openPool(config, log, urgentMax)
  stopper.add('database of level 4', urgent.close)
  return { db: others.db, urgentDb: urgent.db }
}

function openPool(config: NotifierConfig, log: Logger, connectionsMax: number): Database {
  return openDatabase({
    url: config.databaseUrl,
    applicationName: 'renkei-notifier',
    asService: true,
    connectionsMax,
    statementTimeoutMs: 15_000,
    synchronousCommit: 'off',
    onError: (error) => log.warn({ err: error }, 'database.connection-lost'),
  })
}
