// One run of the postmaster: spawned apart from our terminal and our process group, so that Ctrl-C
// reaches only Node, which then stops the server last. Its stop is the watchdog's business.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { folderError, serverError } from './embedded-error.ts'
import { readPidFile } from './running-server.ts'
import { openLog, readTail } from './server-log.ts'
import type { ServerLog } from './server-log.ts'
import { SERVER_ENV } from './server-user.ts'
import type { Place } from './place.ts'
import { untilTrue } from './until.ts'

export type ServerStart = {
  place: Place
  data: string
  postgres: string
  settings: string[]
  port: number
}

export type StartResult = { outcome: 'ready'; pid: number } | { outcome: 'occupied' }

/**
 * Starts a postmaster and waits until it accepts connections. `occupied` means that another
 * postmaster, or what is left of one, still holds the data. `onSpawn` hears the pid at once.
 * Refuses, with the last lines of the log, when it ends early or is not ready in `timeoutMs`.
 */
export async function startServer(
  start: ServerStart,
  onSpawn: (pid: number) => void,
  timeoutMs: number,
): Promise<StartResult> {
  const log = openLogOrExplain(start.place)
  try {
    const child = spawnPostmaster(start, log)
    const pid = await spawnedPid(child)
    onSpawn(pid)
    await untilTrue(
      async () =>
        child.exitCode !== null || child.signalCode !== null || (await isReady(start, pid)),
      timeoutMs,
    )
    if (child.exitCode === null && child.signalCode === null && (await isReady(start, pid))) {
      return { outcome: 'ready', pid }
    }
    const output = await readTail(log)
    if (/lock file "postmaster.pid" already exists|pre-existing shared memory block/.test(output)) {
      return { outcome: 'occupied' }
    }
    throw serverError(output, { folder: start.place.home, port: start.port, doing: 'its start' })
  } finally {
    log.close()
  }
}

function openLogOrExplain(place: Place): ServerLog {
  try {
    return openLog(place)
  } catch (cause) {
    throw folderError(place.home, 'could not open the log', cause)
  }
}

function spawnPostmaster(start: ServerStart, log: ServerLog): ChildProcess {
  const child = spawn(start.postgres, ['-D', start.data, ...start.settings], {
    ...start.place.user.switchTo,
    cwd: start.place.home,
    env: SERVER_ENV,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  })
  child.unref()
  return child
}

async function spawnedPid(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('spawn', () => resolve(child.pid ?? 0))
  })
}

async function isReady(start: ServerStart, pid: number): Promise<boolean> {
  const found = await readPidFile(start.data)
  return found?.pid === pid && found.state === 'ready'
}
