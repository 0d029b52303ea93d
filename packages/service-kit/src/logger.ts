// One wide line per unit of work, as JSON on standard output. Bodies, secrets and keys never:
// lines are built from named fields only, and what could carry a secret is redacted besides.

import { pino, type Logger } from 'pino'

export type { Logger } from 'pino'

/** Makes the logger of a service; `silent` turns it off, as in tests. */
export function makeLogger(service: string, level: string): Logger {
  return pino({
    level,
    base: { service },
    messageKey: 'event',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: ['*.authorization', '*.secret', '*.apiKey', '*.password'], remove: true },
    serializers: { err: describeError },
  })
}

/** An error as fields: its message and where it came from, with its causes, without its data. */
export function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  return {
    name: error.name,
    message: error.message,
    ...('code' in error && { code: String(error.code) }),
    stack: error.stack,
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  }
}
