// One step of CI as a process group of its own, ended when it takes too long.

import { spawn } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'

export interface StepOptions {
  readonly cwd: string
  readonly timeoutMs: number
  readonly print?: (line: string) => void
}

export interface StepResult {
  /** From the last line "N passed, N failed" that the step printed; else the step counts as one. */
  readonly passed: number
  readonly failed: number
  /** Why the step could not be done, when it said so: then it has neither passed nor failed. */
  readonly skipped?: string | undefined
  readonly seconds: number
  /** How it ended, in words, when that was not with 0. */
  readonly end: string
}

/** Runs a command to its end; one that ends badly has failed, whatever it counted. */
export async function runStep(
  [command = '', ...args]: readonly string[],
  { cwd, timeoutMs, print = console.log }: StepOptions,
): Promise<StepResult> {
  const start = performance.now()
  const child = spawn(command, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const killGroup = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
  }
  process.once('exit', killGroup)
  let counted: { passed: number; failed: number } | undefined
  let skipped: string | undefined
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      print(line)
      const [, passed, failed] = /^(\d+) passed, (\d+) failed$/.exec(line) ?? []
      if (passed && failed) counted = { passed: Number(passed), failed: Number(failed) }
      skipped = /^skipped: (.+)$/.exec(line)?.[1] ?? skipped
    })
  }
  let late = false
  const timer = setTimeout(() => {
    late = true
    killGroup()
  }, timeoutMs)
  const end = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`, ${error.message}`))
    child.once('close', (code, signal) =>
      resolve(code === 0 ? '' : `, ended with ${signal ?? code}`),
    )
  })
  clearTimeout(timer)
  process.off('exit', killGroup)
  const said = skipped === undefined && end === '' ? 1 : 0
  const { passed, failed } = counted ?? { passed: said, failed: 0 }
  return {
    passed,
    failed: Math.max(failed, end === '' ? 0 : 1),
    skipped,
    seconds: (performance.now() - start) / 1000,
    end: late ? `, not done after ${timeoutMs / 1000} s` : end,
  }
}
