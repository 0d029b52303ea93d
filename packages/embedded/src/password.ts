// The password of the embedded server: random, made once, kept beside the data with mode 600.

import { randomBytes } from 'node:crypto'
import { chown, link, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { folderError } from './embedded-error.ts'
import type { ServerUser } from './server-user.ts'

/** The password of the server in `home`; of several first starters all get the same one. */
export async function readOrMakePassword(home: string, user: ServerUser): Promise<string> {
  const path = join(home, 'password')
  try {
    const known = await readFile(path, 'utf8').catch(() => undefined)
    if (known !== undefined) return known.trim()
    const draft = `${path}.new-${process.pid}-${randomBytes(4).toString('hex')}`
    await writeFile(draft, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 })
    if (user.switchTo !== undefined) await chown(draft, user.switchTo.uid, user.switchTo.gid)
    // A link never replaces a file that is there, so the first starter's password stands.
    await link(draft, path).catch(ignoreExisting)
    await rm(draft)
    return (await readFile(path, 'utf8')).trim()
  } catch (cause) {
    throw folderError(home, 'could not keep the password', cause)
  }
}

function ignoreExisting(cause: unknown): void {
  if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause
}
