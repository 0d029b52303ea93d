// Tells owners of endpoints that take nothing, and switches such endpoints off for levels 0 to 2 when
// five days have brought nothing but failures. Every notifier looks; what was told stands in the
// database.

import {
  type Db,
  type EndpointStage,
  takeRecovered,
  takeStage,
  tellOwner,
  type Tx,
  untilNothing,
} from '@renkei/db'
import { eventTypes } from '@renkei/schema'
import type { Clock, Logger } from '@renkei/service-kit'
import { failuresMax } from '../deliver/health-policy.ts'
import { every } from '../lanes/every.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** How long after the first failure each stage is reached. */
const stagesAfterMs = { failing: hourMs, warned: 4 * dayMs, switchedOff: 5 * dayMs } as const

export interface WatchEndpointsDeps {
  readonly db: Db
  readonly clock: Clock
  readonly newId: () => string
  readonly log: Logger
  readonly endpointWatchMs: number
}

/** Looks at once and then again and again until it is stopped. */
export function watchEndpoints(deps: WatchEndpointsDeps): { stop(): Promise<void> } {
  return every(deps.endpointWatchMs, async () => {
    try {
      await tellStages(deps)
    } catch (error) {
      deps.log.warn({ err: error }, 'endpoints.not-watched')
    }
  })
}

/** Takes every step that is due; resolves to how many there were. */
export async function tellStages(
  deps: Omit<WatchEndpointsDeps, 'endpointWatchMs'>,
): Promise<number> {
  const stages = await untilNothing(deps.db, (tx) => tellStage(tx, deps))
  return stages + (await untilNothing(deps.db, (tx) => tellRecovered(tx, deps)))
}

type Deps = Pick<WatchEndpointsDeps, 'clock' | 'newId' | 'log'>

const types: Readonly<Record<EndpointStage, string>> = {
  failing: eventTypes.subscriptionFailing,
  warned: eventTypes.subscriptionFailing,
  switchedOff: eventTypes.subscriptionSwitchedOff,
}

async function tellStage(tx: Tx, { clock, newId, log }: Deps): Promise<boolean> {
  const at = clock.now()
  const reached = await takeStage(tx, { now: at, afterMs: stagesAfterMs, failuresMin: failuresMax })
  if (!reached) return false
  const { stage, subscriptionId, organisationId, failingSince, lastReason, waiting } = reached
  const switchOffAt = new Date(failingSince.getTime() + stagesAfterMs.switchedOff)
  const off = stage === 'switchedOff'
  await tellOwner(tx, {
    organisationId,
    type: types[stage],
    mail: off ? 'endpointSwitchedOff' : 'endpointFailing',
    data: {
      subscriptionId,
      reason: lastReason ?? 'no answer',
      failingSince: failingSince.toISOString(),
      switchOffAt: (off ? at : switchOffAt).toISOString(),
      waiting,
    },
    action: `subscription.${stage}`,
    at,
    newId,
  })
  log.warn({ subscriptionId, organisationId, stage, failingSince, waiting }, 'endpoint.stage')
  return true
}

async function tellRecovered(tx: Tx, { clock, newId }: Deps): Promise<boolean> {
  const at = clock.now()
  const recovered = await takeRecovered(tx, at)
  if (!recovered) return false
  const { subscriptionId, organisationId } = recovered
  const data = { subscriptionId, reason: 'it answers again' }
  const type = eventTypes.subscriptionRecovered
  await tellOwner(tx, {
    organisationId,
    type,
    mail: null,
    data,
    action: 'subscription.recovered',
    at,
    newId,
  })
  return true
}
