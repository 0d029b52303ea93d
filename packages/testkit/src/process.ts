// A script of this repository run as a process of its own, as in production: its lines kept, its
// signals and its death at the test's command.

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { killWithUs } from './kill-with-us.ts'
import { waitFor } from './wait-for.ts'

export type ServiceProcess = {
  pid: number
  /** Standard output and standard error, line by line as they came. */
  lines: readonly string[]
  /** The first line, past or future, that matches. */
  waitForLine(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>
  /** Sends the signal (SIGKILL unless given) and waits for the end. */
  kill(signal?: NodeJS.Signals): Promise<ExitResult>
  ended: Promise<ExitResult>
}

export type ExitResult = { code: number | null; signal: NodeJS.Signals | null }

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url))

/**
 * Runs `argv` (a script's path from the repository's root, then its arguments) on this Node with
 * this environment and nothing else but PATH and HOME. It is killed when the test process ends.
 */
export function spawnService(
  argv: readonly string[],
  env: Record<string, string> = {},
): ServiceProcess {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, argv, {
    cwd: REPOSITORY,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  killWithUs(child)
  const lines: string[] = []
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => void lines.push(line))
  }
  let result: ExitResult | undefined
  const ended = new Promise<ExitResult>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve((result = { code, signal })))
  })
  return {
    pid: child.pid ?? 0,
    lines,
    ended,
    waitForLine: async (pattern, timeoutMs = 15_000) => {
      const find = (): RegExpExecArray | undefined =>
        lines.map((line) => pattern.exec(line)).find((match) => match !== null)
      const found = await waitFor(() => find() ?? (result && 'ended'), {
        timeoutMs,
        what: `${pattern}`,
      }).catch(() => 'late')
      if (typeof found !== 'string') return found
      const why = result
        ? `ended with ${result.code ?? result.signal}`
        : `said nothing for ${timeoutMs} ms`
      throw new Error(
        `${argv[0]} ${why} without a line like ${pattern}:\n${lines.slice(-30).join('\n')}`,
      )
    },
    kill: async (signal = 'SIGKILL') => {
      child.kill(signal)
      return ended
    },
  }
}
