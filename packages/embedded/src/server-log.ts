// The log file beside the data, into which the server itself writes.

import { chownSync, closeSync, openSync, renameSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Place } from './place.ts'

const LOG_BYTES_MAX = 10 * 1024 * 1024
const TAIL_BYTES_MAX = 64 * 1024
const TAIL_LINES_MAX = 15
// What is left of a crashed server says this, once for each of its connections, into the same log.
const FAREWELL = 'terminating connection due to unexpected postmaster exit'

export type ServerLog = { path: string; fd: number; startsAt: number; close(): void }

/** Opens the log for one run of the server; one that has grown too large is first put aside. */
export function openLog(place: Place): ServerLog {
  const path = join(place.home, 'server.log')
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LOG_BYTES_MAX) {
    renameSync(path, `${path}.1`)
  }
  const fd = openSync(path, 'a', 0o600)
  if (place.user.switchTo !== undefined) {
    chownSync(path, place.user.switchTo.uid, place.user.switchTo.gid)
  }
  return { path, fd, startsAt: statSync(path).size, close: () => closeSync(fd) }
}

/** The last lines written since this run began. */
export async function readTail(log: ServerLog): Promise<string> {
  const file = await open(log.path, 'r')
  try {
    const { size } = await file.stat()
    const from = Math.max(log.startsAt, size - TAIL_BYTES_MAX)
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(TAIL_BYTES_MAX),
      0,
      TAIL_BYTES_MAX,
      from,
    )
    return buffer
      .toString('utf8', 0, bytesRead)
      .trimEnd()
      .split('\n')
      .filter((line) => !line.includes(FAREWELL))
      .slice(-TAIL_LINES_MAX)
      .join('\n')
  } finally {
    await file.close()
  }
}
