// A service as a child process. It tells over IPC when it is ready and where; when this process ends,
// however it ends, the channel closes and the child stops by itself.

import { spawn } from 'node:child_process'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { root } from './paths.ts'

export interface ServiceProcess {
  readonly name: string
  readonly url: string
  readonly pid: number
  /** Stops it as an operator would; resolves to its exit code, or null when it had to be killed. */
  readonly stop: () => Promise<number | null>
  readonly kill: () => void
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<number | null>
}

export interface ServiceOptions {
  readonly name: 'api' | 'notifier'
  readonly env: Readonly<Record<string, string>>
  /** A file for its log; without one it writes to our own output. */
  readonly logFile?: string
  readonly readyTimeoutMs?: number
  readonly stopTimeoutMs?: number
}

/** Starts a service and resolves when it is ready; rejects with the end of its log when it is not. */
export async function startService(options: ServiceOptions): Promise<ServiceProcess> {
  const { name, env, logFile } = options
  // Straight into the file: what we relay takes processor time from what may be measured.
  const log = logFile === undefined ? undefined : openSync(logFile, 'a')
  const output = log ?? 'inherit'
  const child = spawn(process.execPath, [`${root}services/${name}/src/main.ts`], {
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output, 'ipc'],
    // In a session of its own: Ctrl-C reaches us, and we stop it in order.
    detached: true,
  })
  if (log !== undefined) closeSync(log)
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`the ${name} ${why}\n${endOf(logFile)}`))
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      fail('was not ready in time')
    }, options.readyTimeoutMs ?? 30_000)
    const onExit = (code: number | null) => {
      clearTimeout(timer)
      fail(`ended with code ${code} before it was ready`)
    }
    child.once('exit', onExit)
    child.once('message', (message: { ready: string }) => {
      clearTimeout(timer)
      child.off('exit', onExit)
      resolve(message.ready)
    })
  })
  return {
    name,
    url,
    pid: child.pid ?? 0,
    ended,
    kill: () => child.kill('SIGKILL'),
    stop: async () => {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), options.stopTimeoutMs ?? 20_000)
      const code = await ended
      clearTimeout(timer)
      return code
    },
  }
}

const endBytes = 4000

function endOf(logFile: string | undefined): string {
  if (logFile === undefined) return ''
  const file = openSync(logFile, 'r')
  try {
    const size = fstatSync(file).size
    const end = Buffer.alloc(Math.min(size, endBytes))
    readSync(file, end, 0, end.length, size - end.length)
    return end.toString()
  } finally {
    closeSync(file)
  }
}
