// Waits until the feed has something after a position.

import type { FeedTail } from './feed-tail.ts'

/** Resolves to true when the head is beyond the position, to false after `timeoutMs`. */
export function waitForAdvance(
  tail: FeedTail,
  position: number,
  timeoutMs: number,
): Promise<boolean> {
  if (tail.head() > position) return Promise.resolve(true)
  return new Promise((resolve) => {
    const finish = (advanced: boolean) => {
      clearTimeout(timer)
      stop()
      resolve(advanced)
    }
    const timer = setTimeout(() => finish(false), timeoutMs)
    const stop = tail.onAdvance(() => finish(true))
  })
}
