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

const transient = new Set([
  '40001', // serialization failure
  '40P01', // deadlock detected
  '57P01', // admin shutdown
  '57P02', // crash shutdown
  '57P03', // cannot connect now
  '53300', // too many connections
  '08000',
  '08003',
  '08006',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
])

/** True when the database could not be reached or asked to be tried again: nothing is wrong with the request. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('code' in error && transient.has(String(error.code))) return true
  if (/Connection terminated|timeout exceeded when trying to connect/.test(error.message))
    return true
  return error.cause !== undefined && isDatabaseUnavailable(error.cause)
}
