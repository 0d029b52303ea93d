// Opens the pool that everything else in this package works on. Numbers of the feed are int8 and
// stay below 2^53, so they are read as numbers; a larger one is refused, never rounded.

import { Kysely, PostgresDialect, type Transaction } from 'kysely'
import { Pool, types } from 'pg'
import { dropSilentConnections } from './answer-limit.ts'
import { asServiceRole } from './service-role.ts'
import type { Tables } from './tables.ts'

export type Db = Kysely<Tables>
export type Tx = Transaction<Tables>

export interface DatabaseOptions {
  readonly url: string
  readonly applicationName: string
  readonly connectionsMax: number
  /** What the server may take for a statement; 0 is without limit. */
  readonly statementTimeoutMs: number
  /** Off only where a crash may repeat a delivery but never lose one (`design.md`, Delivery). */
  readonly synchronousCommit?: 'on' | 'off'
  /** Works with the rights of the services and no others, whoever the URL logs in. */
  readonly asService?: boolean
  /** Told of errors of idle connections; the pool replaces them by itself. */
  readonly onError?: (error: Error) => void
}

export interface Database {
  readonly db: Db
  readonly close: () => Promise<void>
}

/** Opens a pool lazily: the first query connects. Refuses nothing by itself. */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = new Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.connectionsMax,
    statement_timeout: options.statementTimeoutMs,
    query_timeout: answerTimeoutMs(options.statementTimeoutMs),
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    options: connectionOptions(options),
    types: { getTypeParser },
  })
  const tell = (error: Error) => options.onError?.(error)
  pool.on('error', tell)
  // A server may die in the very moment in which a new connection is lent for the first time.
  pool.on('connect', (client) => client.on('error', tell))
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: dropSilentConnections(pool) }),
  })
  return { db, close: () => db.destroy() }
}

function connectionOptions({ synchronousCommit = 'on', asService = false }: DatabaseOptions) {
  const role = asService ? ` ${asServiceRole}` : ''
  return `-c timezone=UTC -c synchronous_commit=${synchronousCommit}${role}`
}

// A server that lives says by then that it gave up; after that, silence means that it is gone.
function answerTimeoutMs(statementTimeoutMs: number): number {
  return statementTimeoutMs === 0 ? 0 : statementTimeoutMs + 1000
}

const int8Oid = 20

function getTypeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === int8Oid) return parseInt8
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- every oid is a number here
  return types.getTypeParser(oid, format)
}

function parseInt8(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 beyond 2^53: ${text}`)
  return value
}
