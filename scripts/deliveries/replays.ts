// Replays at the command line: begun, watched and cancelled by the operator.

import { setTimeout as pause } from 'node:timers/promises'
import {
  cancelReplay,
  type Db,
  findReplay,
  findSubscription,
  lockOrganisation,
  newId,
  type Replay,
  type ReplayFilter,
  type ReplayWish,
  startReplay,
} from '@renkei/db'
import { auditOperator } from '../system/audit-operator.ts'
import {
  identifierOf,
  instantOf,
  numberOf,
  reasonOf,
  usage,
  type Values,
  type Wish,
} from './arguments.ts'

// An operator knows what he does: the limits are those of the machine.
const limits = { eventsMax: 1_000_000, runningPerOrganisationMax: 1000 }

const refusals = {
  notActive: 'the subscription is not active: nothing is sent to it',
  runsAlready: 'a replay of it is running: watch or cancel it',
  tooManyRunning: 'its organisation has too many replays running',
  tooManyEvents: `that is more than ${limits.eventsMax} deliveries: narrow it`,
  notOwed: 'the subscription was never owed this event',
} as const

/** Begins a replay, on record; with --watch it stays until the end. */
export async function replay(db: Db, { subject, values }: Wish): Promise<boolean> {
  const subscriptionId = identifierOf('SUBSCRIPTION_ID', subject)
  const what = wishOf(values)
  const perSecond = numberOf('per-second', values['per-second'], {
    min: 1,
    max: 1000,
    fallback: 20,
  })
  const replayId = newId()
  const total = await db.transaction().execute(async (tx) => {
    const found = await findSubscription(tx, subscriptionId)
    if (!found) throw new Error(`there is no subscription ${subscriptionId}`)
    const { organisationId } = found
    await lockOrganisation(tx, organisationId)
    const asked = { replayId, subscriptionId, organisationId, what, perSecond }
    const started = await startReplay(tx, asked, limits, new Date())
    if (started.outcome !== 'started') throw new Error(refusals[started.outcome])
    const detail = { subscriptionId, what, total: started.total }
    const entry = { action: 'replay.started', objectId: replayId, organisationId, detail }
    await auditOperator(tx, entry)
    return started.total
  })
  console.log(`replay ${replayId}: ${total ?? uncounted} deliveries, ${perSecond} a second at most`)
  return values.watch ? follow(db, replayId) : true
}

const uncounted = 'uncounted'

function wishOf(values: Values): ReplayWish {
  const { event, 'failed-since': since, all } = values
  if ([event !== undefined, since !== undefined, all].filter(Boolean).length !== 1) {
    throw new Error(`one of --event, --failed-since and --all says what\n${usage}`)
  }
  if (event !== undefined) return { eventId: identifierOf('an event', event) }
  if (since !== undefined) return { failedSince: instantOf('failed-since', since) }
  return { filter: filterOf(values) }
}

const standings = ['delivered', 'superseded', 'refused', 'dead'] as const

function filterOf({ from, until, standing, report, ...values }: Values): ReplayFilter {
  const named = standings.filter((one) => standing?.includes(one))
  if (standing && named.length !== new Set(standing).size) {
    throw new Error(`--standing must be one of ${standings.join(', ')}`)
  }
  const { 'min-level': level, 'after-cursor': afterCursor } = values
  if (afterCursor !== undefined && !/^\d{1,15}$/.test(afterCursor)) {
    throw new Error('--after-cursor must be a cursor of the feed')
  }
  return {
    ...(from !== undefined && { from: instantOf('from', from) }),
    ...(until !== undefined && { until: instantOf('until', until) }),
    ...(standing && { standings: named }),
    ...(report !== undefined && { reportId: identifierOf('a report', report) }),
    ...(level !== undefined && {
      minLevel: numberOf('min-level', level, { min: 0, max: 4, fallback: 0 }),
    }),
    ...(afterCursor !== undefined && { afterCursor }),
  }
}

/** Says how far a replay has come, again and again until its end; gives whether all of it was delivered. */
export async function watch(db: Db, { subject }: Wish): Promise<boolean> {
  return follow(db, identifierOf('REPLAY_ID', subject))
}

const pauseMs = 1000

async function follow(db: Db, replayId: string): Promise<boolean> {
  for (let said = ''; ; await pause(pauseMs)) {
    const found = await findReplay(db, replayId)
    if (!found) throw new Error(`there is no replay ${replayId}`)
    const line = progressOf(found)
    if (line !== said) console.log(line)
    said = line
    if (found.state === 'running') continue
    for (const { what, reason, count } of found.reasons)
      console.log(`  ${count} ${what}: ${reason}`)
    return found.state === 'completed' && found.failed === 0
  }
}

function progressOf({ state, stateReason, waitsFor, ...replay }: Replay): string {
  const { total, delivered, failed, waiting, skipped, remaining } = replay
  const counts = `${delivered} delivered, ${failed} failed, ${waiting} waiting, ${skipped} skipped`
  const why = stateReason ?? waitsFor
  return `${state}: ${counts}, ${remaining ?? uncounted} to come, of ${total ?? uncounted}${why === null ? '' : ` (${why})`}`
}

/** A running replay as a row that fits on a terminal. */
export function progressRow({
  replayId,
  organisationId,
  total,
  delivered,
  ...replay
}: Replay): object {
  const { failed, waiting, remaining } = replay
  return {
    replay: replayId,
    organisation: organisationId,
    total,
    delivered,
    failed,
    waiting,
    remaining,
  }
}

/** Cancels a replay, on record with its reason. */
export async function cancel(db: Db, { subject, values }: Wish): Promise<boolean> {
  const replayId = identifierOf('REPLAY_ID', subject)
  const reason = reasonOf(values)
  const removed = await db.transaction().execute(async (tx) => {
    const count = await cancelReplay(tx, replayId, {
      at: new Date(),
      reason: `operator: ${reason}`,
    })
    const organisationId = (await findReplay(tx, replayId))?.organisationId
    if (count === undefined || organisationId === undefined) return undefined
    const detail = { reason, removed: count }
    await auditOperator(tx, {
      action: 'replay.cancelled',
      objectId: replayId,
      organisationId,
      detail,
    })
    return count
  })
  if (removed === undefined) throw new Error(`no replay ${replayId} is running`)
  console.log(`cancelled; ${removed} deliveries stand as before the replay`)
  return true
}
