// The beginning and the end of a replay, each on record in the transaction that does it.

import {
  appendAudit,
  cancelReplay,
  findReplay,
  lockOrganisation,
  type Replay,
  type StartedReplay,
  startReplay,
  type Tx,
} from '@renkei/db'
import type { FastifyRequest } from 'fastify'
import { actorOf } from '../audit/actor.ts'
import { DomainError } from '../problem/domain-error.ts'
import { findOwn } from '../subscriptions/own-subscription.ts'
import { readReplayBody } from './replay-body.ts'
import type { ReplayDeps } from './replay-deps.ts'

/** Stores a replay of an own, active subscription; the notifiers do the rest. Throws the refusal. */
export async function start(
  subscriptionId: string,
  request: FastifyRequest,
  deps: ReplayDeps,
): Promise<Replay> {
  const { what, perSecondMax = deps.perSecond } = readReplayBody(request.body)
  const { organisationId } = request.caller
  const replayId = deps.newId()
  const at = deps.clock.now()
  const perSecond = Math.min(perSecondMax, deps.perSecondMax)
  const replay = { replayId, subscriptionId, organisationId, what, perSecond }
  return deps.db.transaction().execute(async (tx) => {
    await lockOrganisation(tx, organisationId)
    await findOwn(tx, request.caller, subscriptionId)
    const started = await startReplay(tx, replay, deps, at)
    if (started.outcome !== 'started') throw refusalOf(started, deps)
    const stored = await found(tx, replayId)
    const entry = { action: 'replay.started', replayId, at }
    await audit(tx, { ...entry, detail: { subscriptionId, what, total: started.total } }, request)
    return stored
  })
}

/** Cancels a replay; one that is over stays as it is. */
export async function cancel(
  { replayId, subscriptionId }: Replay,
  request: FastifyRequest,
  deps: ReplayDeps,
): Promise<Replay> {
  const at = deps.clock.now()
  return deps.db.transaction().execute(async (tx) => {
    const removed = await cancelReplay(tx, replayId, { at, reason: 'cancelled by its owner' })
    const replay = await found(tx, replayId)
    const action = removed === undefined ? 'replay.read' : 'replay.cancelled'
    await audit(tx, { action, replayId, at, detail: { subscriptionId, removed } }, request)
    return replay
  })
}

async function found(tx: Tx, replayId: string): Promise<Replay> {
  const replay = await findReplay(tx, replayId)
  if (!replay) throw new Error(`the replay ${replayId} is not there`)
  return replay
}

interface Entry {
  readonly action: string
  readonly replayId: string
  readonly at: Date
  readonly detail: object
}

async function audit(tx: Tx, { replayId, ...entry }: Entry, request: FastifyRequest) {
  const actor = actorOf(request)
  const object = { objectType: 'replay', objectId: replayId, objectOwner: actor.organisationId }
  await appendAudit(tx, { ...actor, ...object, ...entry })
}

type Refused = Exclude<StartedReplay['outcome'], 'started'>

function refusalOf({ outcome }: { readonly outcome: Refused }, deps: ReplayDeps): DomainError {
  const refusals: Record<Refused, () => DomainError> = {
    notActive: () =>
      new DomainError(
        'subscription-not-active',
        'Only an active subscription is sent anything: resume or verify it first.',
      ),
    runsAlready: () =>
      new DomainError(
        'replay-running',
        'A replay of this subscription is running: wait for its end, or cancel it.',
      ),
    tooManyRunning: () =>
      new DomainError('limit-reached', {
        detail: `Your organisation has ${deps.runningPerOrganisationMax} replays running, as many as it may.`,
        retryAfterSeconds: 60,
      }),
    tooManyEvents: () =>
      new DomainError(
        'limit-reached',
        `That is more than ${deps.eventsMax} deliveries: ask for a shorter time, or go on by afterCursor.`,
      ),
    notOwed: () => new DomainError('not-found', 'The subscription was never owed such an event.'),
  }
  return refusals[outcome]()
}
