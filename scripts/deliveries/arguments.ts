// What npm run deliveries is told.

import { parseArgs } from 'node:util'

export const usage = `npm run deliveries -- status
npm run deliveries -- stuck [--older-than SECONDS] [--limit N]      ends with 1 when something is
npm run deliveries -- replay SUBSCRIPTION_ID (--event EVENT_ID | --failed-since INSTANT | --all
                        [--from INSTANT] [--until INSTANT] [--standing delivered|superseded|refused|dead]...
                        [--report REPORT_ID] [--min-level 0..4] [--after-cursor CURSOR])
                        [--per-second N] [--watch]
npm run deliveries -- watch REPLAY_ID
npm run deliveries -- cancel REPLAY_ID --reason TEXT
npm run deliveries -- drain SUBSCRIPTION_ID                         what is held is due now
npm run deliveries -- switch-on SUBSCRIPTION_ID                     after it was switched off for failing
npm run deliveries -- pause SUBSCRIPTION_ID | --organisation CODE --reason TEXT
npm run deliveries -- resume SUBSCRIPTION_ID | --organisation CODE  of an organisation, what was paused here`

export type Values = ReturnType<typeof parse>['values']

export interface Wish {
  readonly subject: string | undefined
  readonly values: Values
}

/** Reads the command line; throws the usage when it cannot be meant. */
export function readArguments(words: readonly string[]): { verb: string; wish: Wish } {
  try {
    const { values, positionals } = parse(words)
    const [verb = '', subject] = positionals
    if (positionals.length > 2) throw new Error(usage)
    return { verb, wish: { subject, values } }
  } catch {
    throw new Error(usage)
  }
}

function parse(words: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const options = {
    'older-than': text,
    limit: text,
    event: text,
    'failed-since': text,
    all: flag,
    from: text,
    until: text,
    standing: { type: 'string', multiple: true },
    report: text,
    'min-level': text,
    'after-cursor': text,
    'per-second': text,
    watch: flag,
    reason: text,
    organisation: text,
  } as const
  return parseArgs({ args: [...words], allowPositionals: true, options })
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The identifier that a command is about; throws when there is none. */
export function identifierOf(what: string, given: string | undefined): string {
  if (given !== undefined && uuid.test(given)) return given
  throw new Error(`${what} is needed\n${usage}`)
}

/** A whole number within its limits; throws for anything else. */
export function numberOf(
  name: string,
  given: string | undefined,
  { min, max, fallback }: { min: number; max: number; fallback: number },
): number {
  if (given === undefined) return fallback
  const value = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN
  if (value >= min && value <= max) return value
  throw new Error(`--${name} must be a whole number from ${min} to ${max}`)
}

/** An instant as the database reads it; throws for anything else. */
export function instantOf(name: string, given: string): string {
  const instant = new Date(given)
  if (!Number.isNaN(instant.getTime())) return instant.toISOString()
  throw new Error(`--${name} must be an instant such as 2026-04-01T09:00:00+09:00`)
}

/** The reason that goes on record; throws when there is none. */
export function reasonOf({ reason }: Values): string {
  const text = reason?.trim()
  if (text && text.length <= 500) return text
  throw new Error(`--reason is needed: it goes on record, and its owner reads it\n${usage}`)
}
