// Says that this notifier lives, and takes over what a dead one had claimed. It beats from before
// the first claim until the last result is recorded, so nobody takes a living one for dead.

import { beat, type Db } from '@renkei/db'
import type { Logger } from '@renkei/service-kit'
import { every } from './every.ts'
import type { SharedClock } from './shared-clock.ts'

export interface HeartbeatDeps {
  readonly db: Db
  readonly notifierId: string
  readonly log: Logger
  readonly heartbeatMs: number
  readonly deadAfterMs: number
  readonly clock: SharedClock
  /** Called after each beat. */
  readonly onBeat: () => void
}

/** Beats once, and goes on until stopped; rejects when the first beat fails. */
export async function startHeartbeat(deps: HeartbeatDeps): Promise<{ stop(): Promise<void> }> {
  const beatOnce = async () => {
    const taken = await beat(deps.db, deps.notifierId, deps.deadAfterMs)
    if (taken > 0) deps.log.warn({ deliveries: taken }, 'claims.taken-over')
  }
  await beatOnce()
  return every(deps.heartbeatMs, async () => {
    try {
      await beatOnce()
      await deps.clock.sync()
      deps.onBeat()
    } catch {
      // The sweep tells of the same outage.
    }
  })
}
