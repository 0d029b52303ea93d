// What is known of a server on a data folder: its postmaster.pid, and whether the process named
// there is really that server and not a later one with the same number.

import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { untilTrue } from './until.ts'

export type RunningServer = { pid: number; port: number }

// Above the largest process number of Linux and of macOS.
const IMPOSSIBLE_PID = 2_000_000_000

type PidFile = RunningServer & { state: string }

/**
 * The server that accepts connections on these data, or undefined when none runs. Waits, up to
 * `timeoutMs`, while one is starting (recovery after a crash) or stopping.
 */
export async function findRunningServer(
  data: string,
  timeoutMs: number,
): Promise<RunningServer | undefined> {
  let found: PidFile | undefined
  await untilTrue(async () => {
    found = await readPidFile(data)
    if (found === undefined || !(await isServerProcess(found.pid, data))) found = undefined
    return found === undefined || found.state === 'ready'
  }, timeoutMs)
  return found
}

/** Whether this process is the postmaster of these data; a zombie is not. */
export async function isServerProcess(pid: number, data: string): Promise<boolean> {
  return (await commandLine(pid)).split('\0').includes(data)
}

/** The server's own account of itself, undefined when there is none or it is half written. */
export async function readPidFile(data: string): Promise<PidFile | undefined> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')
  const lines = text.split('\n').map((line) => line.trim())
  const pid = Number(lines[0])
  if (!(pid > 0)) return undefined
  return { pid, port: Number(lines[3]), state: lines[7] ?? 'starting' }
}

/**
 * Makes a postmaster.pid left by a crash name a process that cannot exist, when its number has
 * gone to another process: Postgres would take that one for a server and refuse. The rest of the
 * file stays, so Postgres still checks for backends that outlived the crash.
 */
export async function disownStalePid(data: string): Promise<void> {
  const left = await readPidFile(data)
  if (left === undefined || (await isServerProcess(left.pid, data))) return
  const path = join(data, 'postmaster.pid')
  const text = await readFile(path, 'utf8')
  await writeFile(path, text.replace(/^\d+/, String(IMPOSSIBLE_PID)))
}

async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  const { stdout } = await promisify(execFile)('ps', ['-o', 'args=', '-p', String(pid)]).catch(
    () => ({ stdout: '' }),
  )
  return stdout.trim().replaceAll(' ', '\0')
}
