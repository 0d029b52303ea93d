// One wide line per unit of work, as JSON on standard output. Bodies, secrets and keys never:
// lines are built from named fields only, and what could carry a secret is left out besides.

import { type DestinationStream, pino, type Logger } from 'pino'

export type { Logger } from 'pino'

const lineBytesBuffered = 8192
const lineDelayMs = 100

/** Makes the logger of a service; `silent` turns it off, as in tests. Lines come out within 100 ms. */
export function makeLogger(service: string, level: string): Logger {
  return pino(
    {
      level,
      base: { service },
      messageKey: 'event',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: withoutSecrets },
      serializers: { err: describeError },
    },
    level === 'silent' ? undefined : bufferedOutput(),
  )
}

// A burst has a line for each delivery: many go out in one write, and the last at the exit.
function bufferedOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, minLength: lineBytesBuffered, sync: true })
  setInterval(() => output.flush(), lineDelayMs).unref()
  process.on('exit', () => output.flushSync())
  return output
}

const secretNames: ReadonlySet<string> = new Set(['authorization', 'secret', 'apiKey', 'password'])

/** The fields of a line, and of the objects in it, without those that hold secrets. */
export function withoutSecrets(fields: Record<string, unknown>): Record<string, unknown> {
  // Nearly all lines are flat and pass as they are.
  const isSound = Object.entries(fields).every(([name, value]) => isPlain(name, value))
  if (isSound) return fields
  const kept = named(fields).map(([name, value]) => [
    name,
    isObject(value) ? Object.fromEntries(named(value)) : value,
  ])
  return Object.fromEntries(kept)
}

function isPlain(name: string, value: unknown): boolean {
  return !secretNames.has(name) && !isObject(value)
}

function named(fields: Record<string, unknown>): [string, unknown][] {
  return Object.entries(fields).filter(([name]) => !secretNames.has(name))
}

// An error is no such object: it is written by its serializer.
function isObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  return Object.getPrototypeOf(value) === Object.prototype
}

/** An error as fields: its message and where it came from, with its causes, without its data. */
export function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const code = 'code' in error ? String(error.code) : undefined
  const cause = error.cause === undefined ? undefined : describeError(error.cause)
  const rest = { ...(code && { code }), ...(cause && { cause }) }
  if (isOfPostgres(error)) return { ...describePostgres(error), ...rest }
  return { name: error.name, message: error.message, stack: error.stack, ...rest }
}

interface PostgresError extends Error {
  readonly severity: string
  readonly routine: string
}

function isOfPostgres(error: Error): error is PostgresError {
  return 'severity' in error && 'routine' in error
}

// SQLSTATE classes whose message names tables and constraints and never a value: connection, integrity,
// transaction state, login, database, rollback, resources, object state, intervention, system.
const withoutValues = /^(?:08|23|25|28|3D|40|53|55|57|58)/

// Postgres tells whole rows in `detail` and `where`, and in some messages the value that it did not like.
function describePostgres(error: PostgresError): object {
  const named = error as { constraint?: string; table?: string; column?: string; code?: string }
  const { constraint, table, column, code = '' } = named
  return {
    name: error.name,
    message: withoutValues.test(code) ? error.message : 'left out: it may quote what was stored',
    routine: error.routine,
    ...(table && { table }),
    ...(column && { column }),
    ...(constraint && { constraint }),
    stack: error.stack?.slice(error.stack.search(/^ {4}at /m)),
  }
}
