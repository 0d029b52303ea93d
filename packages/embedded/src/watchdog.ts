// Our end of watchdog.sh: a small process of its own that outlives ours, even by kill -9, for as
// long as it takes to stop the server. A stop and a death take the same path: the pipe closes.

import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { rm } from 'node:fs/promises'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { folderUnusable } from './embedded-error.ts'
import { SERVER_ENV } from './server-user.ts'

export type Watchdog = {
  /** Tells which process to stop in the end. */
  guard(pid: number): void
  /** Gives up this use of the server; resolves when it is down, or at once if others use it. */
  release(): Promise<'stopped' | 'used_by_others'>
}

type Watcher = ChildProcessByStdio<Writable, Readable, null>

const SCRIPT = fileURLToPath(new URL('watchdog.sh', import.meta.url))

/** Starts the watchdog and waits until our use of the server is marked in `home`. */
export async function startWatchdog(
  home: string,
  data: string,
  remove: readonly string[],
): Promise<Watchdog> {
  const watcher = spawn('/bin/sh', [SCRIPT, home, data, ...remove], {
    cwd: '/',
    env: SERVER_ENV,
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const ended = new Promise<number | null>((resolve) => {
    watcher.once('exit', resolve)
    watcher.once('error', () => resolve(null))
  })
  watcher.stdin.on('error', () => undefined)
  const mark = await marked(watcher, ended, home)
  watcher.unref()
  return {
    guard: (pid) => void watcher.stdin.write(`${pid}\n`),
    release: async () => {
      watcher.ref()
      watcher.stdin.end()
      const code = await ended
      if (code === 3) return 'used_by_others'
      if (code === 0) return 'stopped'
      if (code === null) {
        // Somebody killed the watchdog: another one does its work, without the mark of the first.
        await rm(mark, { force: true })
        return (await startWatchdog(home, data, remove)).release()
      }
      throw folderUnusable(home, `The watchdog could not stop the server (exit ${code}).`)
    },
  }
}

async function marked(watcher: Watcher, ended: Promise<unknown>, home: string): Promise<string> {
  const said = new Promise<string>((resolve) => {
    watcher.stdout.once('data', (chunk) => resolve(String(chunk).trim()))
  })
  const mark = await Promise.race([said, ended.then(() => undefined)])
  watcher.stdout.destroy()
  if (mark === undefined) {
    throw folderUnusable(home, 'The watchdog could not leave its mark there.')
  }
  return mark
}
