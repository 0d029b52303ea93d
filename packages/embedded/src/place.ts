// Where the data live: in the folder the caller names, or, when the server's user cannot enter it
// (a repository under /root), in a folder of that user's own whose path is kept in `place.json`.
// Everything else in this package only knows the resulting `home`.

import { createHash } from 'node:crypto'
import {
  lchown,
  lstat,
  mkdir,
  readdir,
  readFile,
  realpath,
  rmdir,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { EmbeddedPostgresError, folderError, folderUnusable } from './embedded-error.ts'
import { chooseUser, runAs } from './server-user.ts'
import type { ServerUser } from './server-user.ts'

/** `home` holds data, password, log and marks; `folders` are all that an ephemeral server leaves. */
export type Place = { home: string; user: ServerUser; folders: string[] }

// What a start in this very moment, or one that was killed, may have put there before the password.
const OURS = /^(probe\.\d+|password\.new-.*|ephemeral)$/

type PlaceOptions = { dataDir: string; ephemeral: boolean; log: (line: string) => void }

/**
 * A home that the server's user can write in and nobody else can read. Refuses a folder that
 * holds something else, data out of the reach of their owner, and folders nobody can write in.
 */
export async function findPlace(options: PlaceOptions): Promise<Place> {
  const wanted = await makeFolder(resolve(options.dataDir))
  const remembered = await readPlace(wanted)
  const dataOwner = await ownerOf(join(remembered ?? wanted, 'data'))
  const user = await chooseUser(dataOwner ?? (await ownerOf(wanted)))
  if (remembered !== undefined) {
    if (await settle(user, remembered))
      return { home: remembered, user, folders: [wanted, remembered] }
    options.log(`The data folder ${remembered} named in ${wanted}/place.json cannot be used`)
  } else if (await settle(user, wanted)) {
    return { home: wanted, user, folders: [wanted] }
  }
  if (dataOwner !== undefined || user.switchTo === undefined) {
    throw folderUnusable(remembered ?? wanted, `User ${user.name} cannot enter it or write there.`)
  }
  const home = await settleElsewhere(user, wanted, options.ephemeral)
  await writeFile(join(wanted, 'place.json'), `${JSON.stringify({ home })}\n`)
  options.log(`User ${user.name} cannot enter ${wanted}: the data live in ${home}`)
  return { home, user, folders: [wanted, home] }
}

async function makeFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true })
    const path = await realpath(folder)
    const entries = await readdir(path)
    const known = entries.includes('password') || entries.includes('place.json')
    if (known || entries.every((name) => OURS.test(name))) return path
  } catch (cause) {
    throw folderError(folder, 'could not create it', cause)
  }
  throw new EmbeddedPostgresError(
    'folder_unusable',
    `${folder} holds something other than the embedded Postgres. Name an empty folder for its data.`,
  )
}

async function readPlace(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, 'place.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    const { home } = JSON.parse(text) as { home: unknown }
    if (typeof home === 'string' && isAbsolute(home)) return home
  } catch {
    // Said below, as for a file with something else in it.
  }
  throw new EmbeddedPostgresError(
    'data_damaged',
    `${folder}/place.json should name the folder that holds the data, and does not.`,
  )
}

async function ownerOf(folder: string): Promise<number | undefined> {
  return lstat(folder).then(
    (found) => found.uid,
    () => undefined,
  )
}

/** Makes the folder the user's own; false when that user cannot enter or write in it. */
async function settle(user: ServerUser, folder: string): Promise<boolean> {
  const before = await lstat(folder).catch(() => undefined)
  if (!before?.isDirectory()) return false
  if (user.switchTo !== undefined) {
    const { uid, gid } = user.switchTo
    if (before.uid !== 0 && before.uid !== uid) return false
    await lchown(folder, uid, gid)
  }
  const probe = 'cd "$1" && chmod 700 . && : >probe.$$ && rm probe.$$'
  const { ok } = await runAs(user, ['/bin/sh', '-c', probe, 'sh', folder])
  if (!ok && user.switchTo !== undefined) await lchown(folder, before.uid, before.gid)
  return ok
}

// /var/lib comes first because temporary folders are swept of old files, data files included.
async function settleElsewhere(
  user: ServerUser,
  wanted: string,
  ephemeral: boolean,
): Promise<string> {
  const name = `renkei-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`
  const parents = ephemeral ? [tmpdir(), '/var/tmp', '/tmp'] : ['/var/lib', '/var/tmp']
  for (const parent of parents) {
    const home = join(parent, name)
    await mkdir(home, { mode: 0o700 }).catch(() => undefined)
    if (await settle(user, home)) return home
    await rmdir(home).catch(() => undefined)
  }
  const said = `User ${user.name} cannot enter it, nor a folder in ${parents.join(' or ')}.`
  throw folderUnusable(wanted, said)
}
