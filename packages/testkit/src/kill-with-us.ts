// Keeps child processes from outliving a test process, even one ended by kill -9.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'

/** Has the child killed when this process ends in whatever way, and not when it ends before. */
export function killWithUs(child: ChildProcess): void {
  if (child.pid === undefined) return
  const script = 'trap "" INT TERM HUP; read -r _ || kill -s KILL "$1"'
  const guard = spawn('/bin/sh', ['-c', script, 'sh', String(child.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.unref()
  guard.stdin.on('error', () => undefined)
  child.once('exit', () => guard.stdin.end('ended\n'))
}
