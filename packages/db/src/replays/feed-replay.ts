// The feeder of replays. Each step moves a few events of one replay into the queue, and its place
// with them in one transaction: a crash at any point loses nothing and moves nothing twice.

import { sql } from 'kysely'
import { lockHeld } from '../deliveries/health.ts'
import type { Db, Tx } from '../open-database.ts'
import { lookAt, overtakenNow, type ReplayWish, type Span } from './candidates.ts'

export interface FeedOptions {
  readonly at: Date
  /** Of one replay, how many wait in the queue at most. */
  readonly waitingMax: number
  /** How soon it is looked at again when there is nothing to do. */
  readonly pauseMs: number
}

export interface FedReplay {
  readonly replayId: string
  readonly queued: number
  readonly ended: boolean
}

interface OpenReplay extends Span {
  readonly replayId: string
  readonly what: ReplayWish
  readonly perSecond: number
  readonly fedAt: Date
  readonly mode: 'latest' | 'all'
  readonly subscriptionState: string
  readonly waiting: number
}

/**
 * Takes one step of the replay that has waited longest for one; resolves to nothing when none is
 * due. Others skip the replay meanwhile.
 */
export async function feedNextReplay(db: Db, options: FeedOptions): Promise<FedReplay | undefined> {
  return db.transaction().execute(async (tx) => {
    const replay = await lockDue(tx, options.at)
    return replay && step(tx, replay, options)
  })
}

async function lockDue(tx: Tx, at: Date): Promise<OpenReplay | undefined> {
  const { rows } = await sql<OpenReplay>`
    SELECT r.replay_id AS "replayId", r.subscription_id AS "subscriptionId", r.what,
      r.cursor_seq AS "afterSeq", r.until_seq AS "untilSeq", r.per_second AS "perSecond",
      r.fed_at AS "fedAt", s.mode, s.state AS "subscriptionState",
      (SELECT count(*)::int FROM delivery_queue q WHERE q.replay_id = r.replay_id) AS waiting
    FROM replays r JOIN subscriptions s USING (subscription_id)
    WHERE r.state = 'running' AND r.next_at <= ${at}
    ORDER BY r.next_at LIMIT 1 FOR UPDATE OF r SKIP LOCKED`.execute(tx)
  return rows[0]
}

async function step(tx: Tx, replay: OpenReplay, options: FeedOptions): Promise<FedReplay> {
  const { replayId, subscriptionState, waiting } = replay
  const looksOn = replay.afterSeq < replay.untilSeq
  if (subscriptionState === 'ended') return finish(tx, replay, options.at, 'cancelled')
  if (!looksOn && waiting === 0) return finish(tx, replay, options.at, 'completed')
  if (!looksOn || subscriptionState !== 'active') return rest(tx, replay, options)
  const { held, switchedOff } = await lockHeld(tx, [replay.subscriptionId], 0)
  const isIll = held.size + switchedOff.size > 0
  // An endpoint that is failing gets one, to find out whether it is well again.
  const room = (isIll ? 1 : options.waitingMax) - waiting
  const { allowed, rateEndsAt } = allowance(replay, options, room)
  if (allowed <= 0) return rest(tx, replay, options)
  const looked = await look(tx, replay, allowed)
  const queued = await move(tx, replay, looked.chosen, held.size > 0)
  await sql`
    UPDATE replays SET cursor_seq = ${looked.cursor}, queued = queued + ${queued},
      skipped_overtaken = skipped_overtaken + ${looked.overtaken},
      skipped_waiting = skipped_waiting + ${looked.waiting},
      fed_at = ${rateEndsAt(queued)},
      next_at = ${looked.onward ? options.at : later(options.at, options.pauseMs)}
    WHERE replay_id = ${replayId}`.execute(tx)
  return { replayId, queued, ended: false }
}

// What was not used of one second is gone: a replay that was held up does not burst.
function allowance(replay: OpenReplay, { at }: FeedOptions, room: number) {
  const since = Math.max(replay.fedAt.getTime(), at.getTime() - 1000)
  const byRate = Math.floor(((at.getTime() - since) * replay.perSecond) / 1000)
  const rateEndsAt = (used: number) => new Date(since + (used * 1000) / replay.perSecond)
  return { allowed: Math.min(byRate, room), rateEndsAt }
}

function later(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms)
}

const looksMax = 1000

interface Looked {
  readonly cursor: number
  readonly chosen: readonly number[]
  readonly overtaken: number
  readonly waiting: number
  /** Nothing was found as far as it looked, and there is more: look on at once. */
  readonly onward: boolean
}

interface Candidate {
  readonly seq: number
  readonly reportId: string | null
  readonly waits: boolean
  readonly overtaken: boolean
  readonly blocked: boolean
  readonly wanted: boolean
}

// Reads on until there are enough, or far enough for one step. In mode all a revision is moved when no
// older one of its report waits: they arrive in their order.
async function look(tx: Tx, replay: OpenReplay, allowed: number): Promise<Looked> {
  const skips = 'failedSince' in replay.what && replay.mode === 'latest'
  const { rows } = await sql<Candidate>`
    SELECT c.seq, c.report_id AS "reportId", c.wanted, c.wanted AND EXISTS (
        SELECT FROM delivery_queue w WHERE w.seq = c.seq
          AND w.subscription_id = c.subscription_id) AS waits,
      c.wanted AND ${skips}::boolean AND ${overtakenNow} AS overtaken,
      c.wanted AND ${replay.mode === 'all'}::boolean AND EXISTS (
        SELECT FROM delivery_queue w WHERE w.subscription_id = c.subscription_id
          AND w.report_id = c.report_id AND w.revision < c.revision) AS blocked
    FROM (${lookAt(replay.what, replay, looksMax)}) c ORDER BY c.seq`.execute(tx)
  const chosen: number[] = []
  const reports = new Set<string>()
  const counts = { overtaken: 0, waiting: 0 }
  let cursor = replay.afterSeq
  for (const row of rows) {
    if (row.wanted && row.waits) counts.waiting += 1
    else if (row.overtaken) counts.overtaken += 1
    else if (row.wanted) {
      const turn = replay.mode === 'all' && row.reportId !== null && reports.has(row.reportId)
      if (turn || row.blocked || chosen.length >= allowed)
        return { cursor, chosen, ...counts, onward: false }
      chosen.push(row.seq)
      if (row.reportId !== null) reports.add(row.reportId)
    }
    cursor = row.seq
  }
  const more = rows.length === looksMax
  const onward = more && chosen.length === 0
  return { cursor: more ? cursor : replay.untilSeq, chosen, ...counts, onward }
}

async function move(tx: Tx, replay: OpenReplay, seqs: readonly number[], held: boolean) {
  if (seqs.length === 0) return 0
  const span = { ...replay, untilSeq: seqs.at(-1) ?? replay.afterSeq }
  const { rows } = await sql`
    INSERT INTO delivery_queue (seq, subscription_id, report_id, revision, lane, level, due_at,
      ordered, round, replay_id)
    SELECT c.seq, c.subscription_id, c.report_id, c.revision, 'replay', c.level,
      CASE WHEN ${held}::boolean THEN 'infinity' ELSE now() END, ${replay.mode === 'all'}::boolean,
      c.round, ${replay.replayId}::uuid
    FROM (${lookAt(replay.what, span, null)}) c WHERE c.seq = ANY(${[...seqs]}::bigint[])
    RETURNING 1`.execute(tx)
  return rows.length
}

async function rest(tx: Tx, replay: OpenReplay, { at, pauseMs }: FeedOptions): Promise<FedReplay> {
  await sql`UPDATE replays SET next_at = ${later(at, pauseMs)}
    WHERE replay_id = ${replay.replayId}`.execute(tx)
  return { replayId: replay.replayId, queued: 0, ended: false }
}

async function finish(tx: Tx, replay: OpenReplay, at: Date, state: 'completed' | 'cancelled') {
  const reason = state === 'cancelled' ? 'the subscription was ended' : null
  await sql`UPDATE replays SET state = ${state}, state_reason = ${reason}, ended_at = ${at}
    WHERE replay_id = ${replay.replayId}`.execute(tx)
  return { replayId: replay.replayId, queued: 0, ended: true }
}
