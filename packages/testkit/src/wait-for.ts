// Waiting for a condition instead of for a time.

import { setTimeout as pause } from 'node:timers/promises'

export type WaitOptions = { timeoutMs?: number; everyMs?: number; what?: string }

/**
 * The first value of `look` that is neither false, null nor undefined. Rejects after `timeoutMs`
 * (5 s unless given) with the last thing that `look` threw as its cause; earlier throws count as "not yet".
 */
export async function waitFor<T>(
  look: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<Exclude<T, false | null | undefined>> {
  const { timeoutMs = 5_000, everyMs = 10, what = 'the condition' } = options
  const end = performance.now() + timeoutMs
  for (;;) {
    let thrown: unknown
    try {
      const value = await look()
      if (value !== false && value !== null && value !== undefined) {
        return value as Exclude<T, false | null | undefined>
      }
    } catch (cause) {
      thrown = cause
    }
    if (performance.now() >= end) {
      throw new Error(`Waited ${timeoutMs} ms in vain for ${what}`, { cause: thrown })
    }
    await pause(everyMs)
  }
}
