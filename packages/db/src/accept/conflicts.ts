// What a failed accept statement means. Two writers of one revision, or of one idempotency key,
// meet on a primary key; the loser gets SQLSTATE 23505 and looks again.

const conflicts = {
  report_revisions_pkey: 'revision',
  idempotency_keys_pkey: 'idempotencyKey',
} as const

export class ConflictError extends Error {
  override readonly name = 'ConflictError'
  readonly taken: 'revision' | 'idempotencyKey'

  constructor(taken: 'revision' | 'idempotencyKey', cause: unknown) {
    super(`${taken} was taken by another writer`, { cause })
    this.taken = taken
  }
}

/** Names the conflict behind a database error, or nothing when it is another kind of error. */
export function conflictOf(error: unknown): ConflictError | undefined {
  if (!(error instanceof Error) || !('code' in error) || error.code !== '23505') return undefined
  const constraint = 'constraint' in error ? String(error.constraint) : ''
  if (!Object.hasOwn(conflicts, constraint)) return undefined
  return new ConflictError(conflicts[constraint as keyof typeof conflicts], error)
}

const lostRaces = new Set([
  '40001', // serialization failure
  '40P01', // deadlock detected
])

/** True when another writer was in the way: the same change may well succeed when decided anew. */
export function isLostRace(error: unknown): boolean {
  return error instanceof ConflictError || lostRaces.has(codeOf(error))
}

const unavailable = new Set([
  '25006', // read-only: no longer the primary
  '57014', // statement timeout
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
])
// Connection exception, insufficient resources, shut down or starting up.
const unavailableClass = /^(?:08|53|57P0)/
const unavailableText =
  /Connection terminated|is not queryable|Query read timeout|timeout exceeded when trying to connect/

/** True when the database could not be reached or asked to be tried again: nothing is wrong with the request. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = codeOf(error)
  if (unavailable.has(code) || lostRaces.has(code) || unavailableClass.test(code)) return true
  if (unavailableText.test(error.message)) return true
  return error.cause !== undefined && isDatabaseUnavailable(error.cause)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
