// The sweep: what no bell has told of is found by looking. Bells make delivery fast; this makes it
// certain. It also says that this notifier lives, and takes over what a dead one had claimed.

import { beat, type Db, lanesWithWork } from '@renkei/db'
import type { Lane } from '@renkei/bell'
import type { Logger } from '@renkei/service-kit'

export interface SweepDeps {
  readonly db: Db
  readonly notifierId: string
  readonly log: Logger
  readonly sweepMs: number
  readonly heartbeatMs: number
  readonly deadAfterMs: number
  readonly wake: (lane: Lane) => void
}

export interface Sweep {
  stop(): Promise<void>
  /** True while the last look at the database succeeded. */
  healthy(): boolean
}

export function startSweep(deps: SweepDeps): Sweep {
  let healthy = false
  const look = every(deps.sweepMs, async () => {
    try {
      for (const lane of await lanesWithWork(deps.db)) deps.wake(lane as Lane)
      healthy = true
    } catch (error) {
      if (healthy) deps.log.warn({ err: error }, 'sweep.failed')
      healthy = false
    }
  })
  const live = every(deps.heartbeatMs, async () => {
    try {
      const taken = await beat(deps.db, deps.notifierId, deps.deadAfterMs)
      if (taken > 0) deps.log.warn({ deliveries: taken }, 'claims.taken-over')
    } catch {
      // The sweep tells of the same outage.
    }
  })
  return {
    healthy: () => healthy,
    async stop() {
      await Promise.all([look.stop(), live.stop()])
    },
  }
}

/** Runs work again and again, a pause between the end of one run and the start of the next. */
export function every(pauseMs: number, work: () => Promise<void>): { stop(): Promise<void> } {
  let stopped = false
  let wakeUp = () => {}
  const loop = async () => {
    while (!stopped) {
      await work()
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pauseMs)
        wakeUp = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }
  const running = loop()
  return {
    async stop() {
      stopped = true
      wakeUp()
      await running
    },
  }
}
