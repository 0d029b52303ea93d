// Postgres refuses to run as root, so root runs it as somebody else. This file decides as whom,
// and runs commands as that user.

import { execFile } from 'node:child_process'
import { userInfo } from 'node:os'
import { EmbeddedPostgresError } from './embedded-error.ts'

/** Who runs the server; `switchTo` is absent when that is the present user. */
export type ServerUser = { name: string; switchTo?: { uid: number; gid: number } }

export type CommandResult = { ok: boolean; output: string }

// No user is created: one of these exists on every Linux and macOS we know.
const UNPRIVILEGED = ['postgres', 'nobody', 'daemon']

/**
 * The user to run the server as: the present one, or for root the owner of the data that exist
 * already, else the first unprivileged user of the machine. Refuses when root finds none.
 */
export async function chooseUser(dataOwnerUid: number | undefined): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return { name: ownName() }
  for (const name of dataOwnerUid ? [String(dataOwnerUid), ...UNPRIVILEGED] : UNPRIVILEGED) {
    const [uid, gid] = await Promise.all([lookUp('-u', name), lookUp('-g', name)])
    if (uid !== undefined && gid !== undefined) return { name, switchTo: { uid, gid } }
  }
  throw new EmbeddedPostgresError(
    'no_user',
    `Postgres does not run as root, and none of the users ${UNPRIVILEGED.join(', ')} exists here. ` +
      'Create one (useradd --system postgres), start as an ordinary user, or set DATABASE_URL.',
  )
}

/** Runs a command as the server's user to its end; a failure is a value, never an exception. */
export async function runAs(
  user: ServerUser,
  command: readonly [string, ...string[]],
  timeoutMs = 120_000,
): Promise<CommandResult> {
  const [file, ...args] = command
  return new Promise((resolve) => {
    execFile(
      file,
      args,
      { ...user.switchTo, cwd: '/', env: SERVER_ENV, timeout: timeoutMs },
      (error, stdout, stderr) => {
        const output = `${stdout}${stderr}`
        resolve({ ok: error === null, output: output || (error?.message ?? '') })
      },
    )
  })
}

/** The server's whole environment: nothing of ours (PGPORT, LC_ALL, TZ …) reaches it. */
export const SERVER_ENV = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

// A user id without a name (common in containers) makes userInfo throw.
function ownName(): string {
  try {
    return userInfo().username
  } catch {
    return `number ${process.getuid?.() ?? '?'}`
  }
}

async function lookUp(flag: '-u' | '-g', name: string): Promise<number | undefined> {
  const { ok, output } = await runAs({ name: 'root' }, ['id', flag, name])
  const id = Number.parseInt(output, 10)
  return ok && id > 0 ? id : undefined
}
