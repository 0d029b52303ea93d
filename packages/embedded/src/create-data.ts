// Makes the data folder with initdb: in a draft beside it, moved into place when complete, so that
// neither a full disk nor a kill nor a second starter can leave a half-made one.

import { randomBytes } from 'node:crypto'
import { readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { EmbeddedPostgresError, serverError } from './embedded-error.ts'
import { runAs } from './server-user.ts'
import type { Place } from './place.ts'
import type { ServerFiles } from './server-files.ts'

export const SUPERUSER = 'postgres'

const DRAFT = 'data.new-'
const DRAFT_KEPT_MS = 3_600_000

/**
 * The data folder in the home, made if there is none. Refuses data of another major version and
 * a folder that holds something else, and never overwrites either.
 */
export async function ensureData(
  place: Place,
  files: ServerFiles,
  options: { durable: boolean; log: (line: string) => void },
): Promise<string> {
  const data = join(place.home, 'data')
  await rmdir(data).catch(() => undefined)
  if (!(await holdsData(data, files.major))) {
    options.log(`Making the data folder ${data}`)
    await removeOldDrafts(place.home)
    await initialise(place, files, options.durable)
    await holdsData(data, files.major)
  }
  return data
}

async function holdsData(data: string, major: number): Promise<boolean> {
  const found = await stat(data).catch(() => undefined)
  if (found === undefined) return false
  const version = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => undefined)
  if (version === undefined) {
    throw new EmbeddedPostgresError(
      'data_damaged',
      `${data} is not a complete Postgres data folder (PG_VERSION is missing). Move it away to ` +
        'start empty, or put a backup in its place.',
    )
  }
  if (version.trim() === String(major)) return true
  throw new EmbeddedPostgresError(
    'wrong_version',
    `${data} was made by Postgres ${version.trim()}, this is Postgres ${major}. Export the data with ` +
      `the old version and import them with the new one, or move the folder away to start empty.`,
  )
}

async function initialise(place: Place, files: ServerFiles, durable: boolean): Promise<void> {
  const draft = join(place.home, `${DRAFT}${process.pid}-${randomBytes(4).toString('hex')}`)
  const { ok, output } = await runAs(place.user, [
    files.initdb,
    `--pgdata=${draft}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${join(place.home, 'password')}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // The built-in provider needs no locale of the operating system and sorts alike everywhere.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--text-search-config=simple',
    ...(durable ? [] : ['--no-sync']),
  ])
  if (ok) {
    await rename(draft, join(place.home, 'data')).catch(keepTheOther)
  }
  await rm(draft, { recursive: true, force: true }).catch(() => undefined)
  if (!ok) throw serverError(output, { folder: place.home, doing: 'making its data folder' })
}

// Another starter was first; its data folder counts, ours goes.
function keepTheOther(cause: unknown): void {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw cause
}

async function removeOldDrafts(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    if (!name.startsWith(DRAFT)) continue
    const path = join(home, name)
    const pid = Number.parseInt(name.slice(DRAFT.length), 10)
    if (await isInTheMaking(path, pid)) continue
    // An initdb whose starter was killed may still be at work in it; then a later start removes it.
    await rm(path, { recursive: true, force: true }).catch(() => undefined)
  }
}

async function isInTheMaking(path: string, pid: number): Promise<boolean> {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }))
  if (!(pid > 0) || Date.now() - mtimeMs > DRAFT_KEPT_MS) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM'
  }
}
