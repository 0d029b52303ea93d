// A world in which replays are fed by hand: outcomes are made as the notifier's own record makes them,
// and a step of the feeder comes a second after the one before.

import {
  type Db,
  type FedReplay,
  feedNextReplay,
  newId,
  type ReplayWish,
  type StartedReplay,
  startReplay,
  type Subscription,
} from '@renkei/db'
import type { Accepted } from '../../../test/support/revisions.ts'
import { openWorld, type World } from '../../../test/support/world.ts'

export interface Waiting {
  readonly seq: number
  readonly lane: string
  readonly round: number
}

/** Of one event: how many of its deliveries stand so. */
export interface Standings {
  readonly delivered: number
  readonly dead: number
  readonly waits: number
}

export interface ReplayWorld extends World {
  /** To everything, mode latest. */
  readonly subscription: Subscription
  readonly limits: { eventsMax: number; runningPerOrganisationMax: number }
  readonly at: () => Date
  /** Lets time stand still for the next step. */
  standStill(): void
  /** Ends events as if they had been sent. */
  settle(events: readonly Accepted[], outcome: string, of?: Subscription): Promise<void>
  start(
    what: ReplayWish,
    members?: { perSecond?: number; of?: Subscription },
  ): Promise<StartedReplay & { readonly replayId: string }>
  feed(db?: Db, waitingMax?: number): Promise<FedReplay | undefined>
  waiting(): Promise<Waiting[]>
  /** Ends what waits, as the notifier would record it. */
  send(outcome: string, limit?: number): Promise<void>
  standings(events: readonly Accepted[]): Promise<Standings[]>
}

/** Opens a world of its own with one subscription. */
export async function openReplayWorld(): Promise<ReplayWorld> {
  const world = await openWorld()
  const subscription = await world.subscribe({ url: 'https://noc.example.jp/', mode: 'latest' })
  const limits = { eventsMax: 1000, runningPerOrganisationMax: 3 }
  let nowMs = Date.parse('2026-04-01T00:00:00Z')
  const at = () => new Date(nowMs)
  return {
    ...world,
    ...queueOf(world),
    subscription,
    limits,
    at,
    standStill() {
      nowMs -= 1000
    },
    async settle(events, outcome, { subscriptionId } = subscription) {
      for (const { seq } of events) {
        await world.sql(`WITH f AS (UPDATE fan_outs SET owed = owed + 1, completed_at = now()
            WHERE seq = ${seq})
          INSERT INTO delivery_outcomes (seq, subscription_id, outcome, reason, attempts)
          VALUES (${seq}, '${subscriptionId}', '${outcome}', 'answered 400', 1)`)
      }
    },
    async start(what, { perSecond = 100, of = subscription } = {}) {
      const replayId = newId()
      const { subscriptionId, organisationId } = of
      const replay = { replayId, subscriptionId, organisationId, what, perSecond }
      const begin = world.db.transaction()
      const started = await begin.execute((tx) => startReplay(tx, replay, limits, at()))
      return { replayId, ...started }
    },
    feed(db = world.db, waitingMax = 10) {
      nowMs += 1000
      return feedNextReplay(db, { at: at(), waitingMax, pauseMs: 250 })
    },
  }
}

function queueOf(world: World): Pick<ReplayWorld, 'waiting' | 'send' | 'standings'> {
  return {
    async waiting() {
      const rows = await world.sql('SELECT seq::int, lane, round FROM delivery_queue ORDER BY seq')
      return rows as unknown as Waiting[]
    },
    async send(outcome, limit = 1000) {
      await world.sql(`WITH gone AS (DELETE FROM delivery_queue WHERE (seq, subscription_id) IN (
          SELECT seq, subscription_id FROM delivery_queue ORDER BY seq LIMIT ${limit}) RETURNING *)
        INSERT INTO delivery_outcomes
          (seq, subscription_id, outcome, reason, attempts, round, replay_id)
        SELECT seq, subscription_id, '${outcome}', 'answered 500', 1, round, replay_id FROM gone`)
    },
    async standings(events) {
      const ledgers = await Promise.all(events.map(({ eventId }) => world.ledger(eventId)))
      return ledgers.map(({ delivered, dead, waiting: waits }) => ({ delivered, dead, waits }))
    },
  }
}
