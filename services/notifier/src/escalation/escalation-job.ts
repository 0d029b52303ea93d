// Looks again and again for answers that are missing, and measures how long people took. What is due
// stands in the database; each step is taken by one notifier.

import { countOverdue, takeAnswered } from '@renkei/db'
import type { Lane } from '@renkei/bell'
import { laneOfLevel } from '@renkei/schema'
import type { Logger } from '@renkei/service-kit'
import type { Gauge, Histogram } from 'prom-client'
import { every } from '../lanes/every.ts'
import { escalate, type EscalationDeps } from './escalate.ts'

export interface EscalationJobDeps extends EscalationDeps {
  readonly log: Logger
  readonly escalationWatchMs: number
  readonly wake: (lane: Lane) => void
  readonly firstAcknowledgement: Histogram<'level'>
  readonly acknowledgementsOverdue: Gauge<'level'>
}

/** Looks at once and then again and again until it is stopped. */
export function startEscalationJob(deps: EscalationJobDeps): { stop(): Promise<void> } {
  return every(deps.escalationWatchMs, async () => {
    try {
      for (const level of await escalate(deps)) deps.wake(laneOfLevel(level))
      await measure(deps)
    } catch (error) {
      deps.log.warn({ err: error }, 'acknowledgements.not-watched')
    }
  })
}

const measuredAtOnce = 500
const levels = [2, 3, 4] as const

async function measure(deps: EscalationJobDeps): Promise<void> {
  const { db, clock, firstAcknowledgement, acknowledgementsOverdue } = deps
  for (const { level, seconds } of await takeAnswered(db, measuredAtOnce)) {
    firstAcknowledgement.observe({ level: String(level) }, Math.max(0, seconds))
  }
  const overdue = await countOverdue(db, clock.now())
  for (const level of levels) {
    acknowledgementsOverdue.set({ level: String(level) }, overdue.get(level) ?? 0)
  }
}
