// Puts bells of one lane into its queue, and no more than make sense: while nobody listens, or
// while listeners lag, the bells that already wait will tell the same.

import type { BellQueue } from './link.ts'
import { bellId, bellsPerLook, bellsWaitingMax, jobName } from './queues.ts'

/**
 * Gives the function that adds one bell, unless too many wait. It looks at the queue only now and
 * then while bells are heard, and `unheard` is told once when they no longer are.
 */
export function laneQueue(queue: BellQueue, unheard: (waiting: number) => void) {
  let addedSinceLook = 0
  let full = false

  async function isFull(): Promise<boolean> {
    const waiting = await queue.getWaitingCount()
    if (waiting >= bellsWaitingMax && !full) unheard(waiting)
    full = waiting >= bellsWaitingMax
    addedSinceLook = 0
    return full
  }

  return async function addBell(): Promise<void> {
    if (full && (await isFull())) return
    await queue.add(jobName, {}, { jobId: bellId() })
    addedSinceLook += 1
    if (addedSinceLook >= bellsPerLook) await isFull()
  }
}
