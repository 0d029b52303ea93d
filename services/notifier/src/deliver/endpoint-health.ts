// Takes what attempts have shown to the record of endpoints' health. It is told after the attempts
// themselves are recorded: a crash in between forgets a failure, never a delivery.

import { changeHealth, type Db, type HealthChange } from '@renkei/db'
import type { Clock, Logger } from '@renkei/service-kit'
import { afterAttempts, unknownHealth } from './health-policy.ts'
import { tallyOf } from './tally.ts'
import type { TriedDelivery } from './tried-delivery.ts'

export interface EndpointHealthDeps {
  readonly db: Db
  readonly clock: Clock
  readonly random: () => number
  readonly log: Logger
  /** Ends the subscription of an endpoint that answered that it wants nothing more. */
  readonly endGone: (gone: readonly TriedDelivery[]) => Promise<void>
}

export interface HealthKeeper {
  /** Resolves to true when held deliveries became due. */
  note(tried: readonly TriedDelivery[]): Promise<boolean>
}

/** Makes the keeper of a process. */
export function makeHealthKeeper(deps: EndpointHealthDeps): HealthKeeper {
  return {
    async note(tried) {
      try {
        const gone = tried.filter((one) => one.gone)
        if (gone.length > 0) await deps.endGone(gone)
        return await keep(tried, deps)
      } catch (error) {
        deps.log.warn({ err: error }, 'health.not-recorded')
        return false
      }
    },
  }
}

async function keep(tried: readonly TriedDelivery[], deps: EndpointHealthDeps): Promise<boolean> {
  const tallies = tallyOf(tried)
  const ids = [...tallies.keys()]
  const hasFailed = (id: string) => {
    const tally = tallies.get(id)
    return tally !== undefined && tally.failures + tally.askedMs > 0
  }
  const question = {
    failed: ids.filter(hasFailed),
    succeeded: ids.filter((id) => !hasFailed(id)),
  }
  const at = { now: deps.clock.now(), random: deps.random() }
  const changes = await changeHealth(deps.db, question, (id, before, levelWaiting) => {
    const health = before ?? unknownHealth(id)
    const tally = tallies.get(id)
    return tally ? afterAttempts(health, tally, { ...at, levelWaiting }) : health
  })
  for (const change of changes) tell(change, deps.log)
  return changes.some(({ before, after }) => before !== undefined && isRecovered(before, after))
}

function isRecovered(before: { state: string }, after: { state: string }): boolean {
  return before.state !== 'closed' && after.state === 'closed'
}

function tell({ before, after }: HealthChange, log: Logger): void {
  const was = before?.state ?? 'closed'
  if (was === after.state) return
  const { subscriptionId, state, consecutiveFailures, probeAt, lastReason } = after
  const line = { subscriptionId, was, state, consecutiveFailures, probeAt, lastReason }
  if (state === 'closed') log.info(line, 'endpoint.recovered')
  else log.warn(line, 'endpoint.failing')
}
