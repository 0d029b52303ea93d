// A new replay: what it means is counted once, and its place is set before the first of it.

import { fromCursor } from '@renkei/schema'
import { sql } from 'kysely'
import { seqBefore, seqUntil } from '../feed/seq-before.ts'
import type { Tx } from '../open-database.ts'
import { lookAt, type ReplayWish, type Span } from './candidates.ts'

export interface NewReplay {
  readonly replayId: string
  readonly subscriptionId: string
  readonly organisationId: string
  readonly what: ReplayWish
  readonly perSecond: number
}

export interface ReplayLimits {
  /** So many deliveries may be meant, as far as they are counted: among twice as many. */
  readonly eventsMax: number
  readonly runningPerOrganisationMax: number
}

export type StartedReplay =
  /** `total` is null where there are too many deliveries to look at all of them beforehand. */
  | { readonly outcome: 'started'; readonly total: number | null }
  | {
      readonly outcome: 'notActive' | 'runsAlready' | 'tooManyRunning' | 'tooManyEvents' | 'notOwed'
    }

/**
 * Stores a replay, which the feeders then begin to move into the queue; its organisation must be
 * locked. Refuses for a subscription that is not active, beside another replay of it, beyond the
 * limits, and for an event that it was never owed.
 */
export async function startReplay(
  tx: Tx,
  replay: NewReplay,
  limits: ReplayLimits,
  at: Date,
): Promise<StartedReplay> {
  const refusal = await refusalOf(tx, replay, limits)
  if (refusal) return { outcome: refusal }
  const span = await spanOf(tx, replay)
  if (!span) return { outcome: 'notOwed' }
  const { wanted, total } = await count(tx, replay.what, span, limits.eventsMax * lookedPerEvent)
  if (wanted > limits.eventsMax) return { outcome: 'tooManyEvents' }
  await tx
    .insertInto('replays')
    .values({
      replay_id: replay.replayId,
      subscription_id: replay.subscriptionId,
      organisation_id: replay.organisationId,
      what: JSON.stringify(replay.what),
      cursor_seq: span.afterSeq,
      until_seq: span.untilSeq,
      per_second: replay.perSecond,
      state: 'running',
      state_reason: null,
      total,
      created_at: at,
      ended_at: null,
      fed_at: at,
      next_at: at,
    })
    .execute()
  return { outcome: 'started', total }
}

async function refusalOf(tx: Tx, replay: NewReplay, limits: ReplayLimits) {
  const { rows } = await sql<{ active: boolean; own: boolean; running: number }>`
    SELECT s.state = 'active' AS active,
      EXISTS (SELECT FROM replays r WHERE r.subscription_id = s.subscription_id
        AND r.state = 'running') AS own,
      (SELECT count(*)::int FROM replays r WHERE r.organisation_id = s.organisation_id
        AND r.state = 'running') AS running
    FROM subscriptions s WHERE s.subscription_id = ${replay.subscriptionId} FOR SHARE`.execute(tx)
  const found = rows[0]
  if (!found?.active) return 'notActive'
  if (found.own) return 'runsAlready'
  return found.running >= limits.runningPerOrganisationMax ? 'tooManyRunning' : undefined
}

// The part of the feed that has to be looked at; nothing when an event was never owed.
async function spanOf(tx: Tx, { what, subscriptionId }: NewReplay): Promise<Span | undefined> {
  if ('eventId' in what) {
    const { rows } = await sql<{ seq: number }>`
      SELECT seq FROM events e WHERE event_id = ${what.eventId}::uuid AND (
        EXISTS (SELECT FROM delivery_outcomes o
          WHERE o.seq = e.seq AND o.subscription_id = ${subscriptionId})
        OR EXISTS (SELECT FROM delivery_queue q
          WHERE q.seq = e.seq AND q.subscription_id = ${subscriptionId}))`.execute(tx)
    const seq = rows[0]?.seq
    return seq === undefined ? undefined : { subscriptionId, afterSeq: seq - 1, untilSeq: seq }
  }
  const { head } = await tx.selectFrom('feed').select('head').executeTakeFirstOrThrow()
  if ('failedSince' in what) {
    const { rows } = await sql<{ first: number | null }>`
      SELECT min(seq) AS first FROM delivery_outcomes
      WHERE subscription_id = ${subscriptionId} AND outcome IN ('dead', 'refused')
        AND ended_at >= ${what.failedSince}::timestamptz`.execute(tx)
    return { subscriptionId, afterSeq: (rows[0]?.first ?? head + 1) - 1, untilSeq: head }
  }
  const { from, until, afterCursor } = what.filter
  const after = from === undefined ? 0 : await seqBefore(tx, new Date(from))
  const named = afterCursor === undefined ? 0 : (fromCursor(afterCursor) ?? 0)
  const last = until === undefined ? head : await seqUntil(tx, new Date(until))
  return { subscriptionId, afterSeq: Math.max(after, named), untilSeq: Math.min(head, last) }
}

// The organisation is locked meanwhile, and a narrow wish may stand against millions of deliveries.
const lookedPerEvent = 2

async function count(tx: Tx, what: ReplayWish, span: Span, lookedMax: number) {
  const { rows } = await sql<{ wanted: number; looked: number }>`
    SELECT count(*) FILTER (WHERE wanted)::int AS wanted, count(*)::int AS looked
    FROM (${lookAt(what, span, lookedMax)}) c`.execute(tx)
  const { wanted, looked } = rows[0] ?? { wanted: 0, looked: 0 }
  return { wanted, total: looked < lookedMax ? wanted : null }
}
