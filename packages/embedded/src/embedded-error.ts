// Every expected failure of the embedded server, in words that tell the operator what to do.
// Postgres and the file system speak in codes and log lines; this file translates them.

export type EmbeddedPostgresErrorCode =
  | 'not_supported'
  | 'no_user'
  | 'folder_unusable'
  | 'disk_full'
  | 'port_taken'
  | 'wrong_version'
  | 'data_damaged'
  | 'not_answering'
  | 'start_failed'

/** A failure of the embedded server that the operator can act on; `code` is from a closed set. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError'
  readonly code: EmbeddedPostgresErrorCode

  constructor(code: EmbeddedPostgresErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

const ELSEWHERE = 'or set DATABASE_URL to a Postgres server of your own'

/** The error for a folder in which `what` failed with a file-system error. */
export function folderError(folder: string, what: string, cause: unknown): EmbeddedPostgresError {
  if (cause instanceof EmbeddedPostgresError) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(folder, '', cause)
  return folderUnusable(folder, `It ${what}: ${code}.`, cause)
}

/** The error for what initdb or postgres wrote before it gave up. */
export function serverError(
  output: string,
  context: { folder: string; port?: number; doing: string },
): EmbeddedPostgresError {
  const said = output.trim() === '' ? 'It wrote nothing.' : `Its last lines:\n${output.trim()}`
  if (/No space left on device|Disk quota exceeded/.test(output))
    return diskFull(context.folder, said)
  if (/Address already in use|could not bind/.test(output)) {
    return new EmbeddedPostgresError(
      'port_taken',
      `Port ${context.port ?? '?'} on 127.0.0.1 is taken. Stop what uses it, choose another port, ${ELSEWHERE}.`,
    )
  }
  if (/Permission denied|Read-only file system/.test(output)) {
    return folderUnusable(context.folder, said)
  }
  return new EmbeddedPostgresError('start_failed', `Postgres failed at ${context.doing}. ${said}`)
}

function diskFull(folder: string, said: string, cause?: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'disk_full',
    `The disk that holds ${folder} is full. Free some space (at least 200 MB), ${ELSEWHERE}. ${said}`.trim(),
    { cause },
  )
}

/** The error for a folder that the server's user cannot use; `said` is a full sentence. */
export function folderUnusable(
  folder: string,
  said: string,
  cause?: unknown,
): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'folder_unusable',
    `Cannot write in ${folder}. Give this user the right to write there, ${ELSEWHERE}. ${said}`.trim(),
    { cause },
  )
}
