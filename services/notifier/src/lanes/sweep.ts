// The sweep: what no bell has told of is found by looking. Bells make delivery fast; this makes it
// certain. It also begins the probes of endpoints that did not answer.

import { type Db, lanesWithWork, startProbes } from '@renkei/db'
import type { Lane } from '@renkei/bell'
import type { Logger } from '@renkei/service-kit'
import { every } from './every.ts'

const probesMax = 200

export interface SweepDeps {
  readonly db: Db
  readonly log: Logger
  readonly sweepMs: number
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
      await startProbes(deps.db, probesMax)
      for (const lane of await lanesWithWork(deps.db)) deps.wake(lane as Lane)
      healthy = true
    } catch (error) {
      if (healthy) deps.log.warn({ err: error }, 'sweep.failed')
      healthy = false
    }
  })
  return { healthy: () => healthy, stop: () => look.stop() }
}
