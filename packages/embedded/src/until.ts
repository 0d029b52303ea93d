// Waiting for another process: there is no event to listen to, so look again every few milliseconds.

import { setTimeout as pause } from 'node:timers/promises'

const POLL_MS = 20

/** Resolves to true as soon as `look` does, to false after `timeoutMs`. */
export async function untilTrue(
  look: () => boolean | Promise<boolean>,
  timeoutMs: number,
): Promise<boolean> {
  const end = performance.now() + timeoutMs
  while (!(await look())) {
    if (performance.now() > end) return false
    await pause(POLL_MS)
  }
  return true
}
