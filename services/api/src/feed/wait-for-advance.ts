// Waits until the feed has something after a position.

import type { FeedTail } from './feed-tail.ts'

/** Resolves to true when the head is beyond the position, to false after `timeoutMs` or at the signal. */
export function waitForAdvance(
  tail: FeedTail,
  position: number,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<boolean> {
  if (tail.head() > position) return Promise.resolve(true)
  if (signal?.aborted) return Promise.resolve(false)
  return new Promise((resolve) => {
    const finish = (advanced: boolean) => {
      clearTimeout(timer)
      stop()
      signal?.removeEventListener('abort', giveUp)
      resolve(advanced)
    }
    const giveUp = () => finish(false)
    const timer = setTimeout(giveUp, timeoutMs)
    const stop = tail.onAdvance(() => finish(true))
    signal?.addEventListener('abort', giveUp)
  })
}
