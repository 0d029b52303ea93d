// Folders, other processes and a look at the process table, all cleaned up after each test.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { waitFor } from '@renkei/testkit'
import { onTestFinished } from 'vitest'
import type { EmbeddedPostgresOptions } from '../src/index.ts'

export const isRoot = process.getuid?.() === 0

export type Message = {
  log?: string
  heard?: string
  stopped?: boolean
  started?: { url: string; port: number; dataDir: string; alreadyRunning: boolean }
  failed?: { message: string; code?: string }
}

export type Starter = {
  pid: number
  /** The first message that `pick` finds something in. */
  hear<T>(pick: (message: Message) => T | null | undefined): Promise<T>
  started(): Promise<NonNullable<Message['started']>>
  failed(): Promise<NonNullable<Message['failed']>>
  stop(): Promise<void>
  kill(signal?: NodeJS.Signals): Promise<void>
}

/** A folder that every user may enter unless a mode is given; removed with its servers' processes. */
export function tempFolder(mode = 0o755): string {
  const folder = mkdtempSync(join(tmpdir(), 'renkei-embedded-'))
  chmodSync(folder, mode)
  onTestFinished(() => removeFolder(folder))
  return folder
}

export async function removeFolder(folder: string): Promise<void> {
  await waitFor(
    () => {
      const left = serverProcesses(folder)
      for (const pid of left) process.kill(pid, 'SIGKILL')
      return left.length === 0
    },
    { what: 'the servers to end' },
  )
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

/** Processes, zombies aside, whose command line names something in the folder: servers and watchdogs. */
export function serverProcesses(folder: string, program = ''): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const args = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0')
        const isOurs = args.some((arg) => arg === folder || arg.includes(`${folder}/`))
        return isOurs && args.join(' ').includes(program) && !args[0]?.endsWith('/node')
      } catch {
        return false
      }
    })
    .map(Number)
}

/** Another Node process with a server, killed after the test if it has not ended. */
export function startElsewhere(
  options: EmbeddedPostgresOptions,
  how: { uid?: number; script?: string } = {},
): Starter {
  const script = how.script ?? fileURLToPath(new URL('starter.ts', import.meta.url))
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    ...(how.uid === undefined ? {} : { uid: how.uid, gid: how.uid }),
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.on('error', () => undefined)
  const messages: Message[] = []
  let errors = ''
  child.stderr.on('data', (chunk) => (errors += String(chunk)))
  createInterface({ input: child.stdout }).on('line', (line) => {
    messages.push(JSON.parse(line) as Message)
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  onTestFinished(async () => endIt(child, ended))
  const hear: Starter['hear'] = async (pick) =>
    waitFor(
      () => messages.map(pick).find((found) => found !== undefined && found !== null) as never,
      {
        timeoutMs: 25_000,
        what: `a message; heard ${JSON.stringify(messages)} ${errors}`,
      },
    )
  return {
    pid: child.pid ?? 0,
    hear,
    started: async () => hear((message) => message.started),
    failed: async () => hear((message) => message.failed),
    stop: async () => {
      child.stdin.end('stop\n')
      await hear((message) => message.stopped)
      await ended
    },
    kill: async (signal = 'SIGKILL') => {
      child.kill(signal)
      await ended
    },
  }
}

async function endIt(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  await ended
}
