// An endpoint that takes nothing for long: its owner is told after an hour and after four days, and
// after five days levels 0 to 2 are no longer tried. Each step is taken once, by one notifier.

import { sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'
import { switchedOffReason } from './health.ts'

export type EndpointStage = 'failing' | 'warned' | 'switchedOff'

export interface StageTerms {
  readonly now: Date
  /** How long after the first failure each stage is reached, in milliseconds. */
  readonly afterMs: Readonly<Record<EndpointStage, number>>
  /** One that has failed less often in a row is not spoken of. */
  readonly failuresMin: number
}

export interface StageReached {
  readonly stage: EndpointStage
  readonly subscriptionId: string
  readonly organisationId: string
  readonly failingSince: Date
  readonly lastReason: string | null
  /** How many deliveries waited before. */
  readonly waiting: number
}

/** Takes the next endpoint that has reached a stage, for this transaction; nothing when none has. */
export async function takeStage(
  tx: Tx,
  { now, afterMs, failuresMin }: StageTerms,
): Promise<StageReached | undefined> {
  const since = (stage: EndpointStage) => new Date(now.getTime() - afterMs[stage])
  const { rows } = await sql<StageReached>`
    WITH next AS (
      SELECT h.subscription_id, s.organisation_id, h.failing_since, h.last_reason,
        CASE WHEN h.failing_since <= ${since('switchedOff')} THEN 'switchedOff'
          WHEN h.failing_since <= ${since('warned')} THEN 'warned' ELSE 'failing' END AS stage
      FROM endpoint_health h JOIN subscriptions s USING (subscription_id)
      WHERE s.state = 'active' AND h.consecutive_failures >= ${failuresMin} AND (
        h.failing_since <= ${since('failing')} AND h.told IS NULL
        OR h.failing_since <= ${since('warned')} AND h.told = 'failing'
        OR h.failing_since <= ${since('switchedOff')} AND h.told IN ('failing', 'warned'))
      LIMIT 1 FOR UPDATE OF h SKIP LOCKED
    ), told AS (
      UPDATE endpoint_health h SET told = next.stage, updated_at = ${now},
        switched_off_at = CASE WHEN next.stage = 'switchedOff' THEN ${now}::timestamptz END
      FROM next WHERE h.subscription_id = next.subscription_id)
    SELECT stage, subscription_id AS "subscriptionId", organisation_id AS "organisationId",
      failing_since AS "failingSince", last_reason AS "lastReason",
      (SELECT count(*)::int FROM delivery_queue q WHERE q.subscription_id = next.subscription_id)
        AS waiting
    FROM next`.execute(tx)
  const reached = rows[0]
  if (reached?.stage === 'switchedOff') await giveUpLow(tx, reached.subscriptionId)
  return reached
}

// What waits of levels 3 and 4 goes on waiting.
async function giveUpLow(tx: Tx, subscriptionId: string): Promise<void> {
  await sql`
    WITH gone AS (
      DELETE FROM delivery_queue WHERE subscription_id = ${subscriptionId}::uuid AND level < 3
        AND claimed_by IS NULL
      RETURNING seq, subscription_id, attempts, round, replay_id)
    INSERT INTO delivery_outcomes (seq, subscription_id, outcome, reason, attempts, round, replay_id)
    SELECT seq, subscription_id, 'dead', ${switchedOffReason}, attempts, round, replay_id
    FROM gone`.execute(tx)
}

/** Takes the owners of endpoints that answer again after they were told of a failure. */
export async function takeRecovered(
  tx: Tx,
  now: Date,
): Promise<{ subscriptionId: string; organisationId: string } | undefined> {
  const { rows } = await sql<{ subscriptionId: string; organisationId: string }>`
    WITH next AS (
      SELECT h.subscription_id, s.organisation_id
      FROM endpoint_health h JOIN subscriptions s USING (subscription_id)
      WHERE h.consecutive_failures = 0 AND h.told IS NOT NULL LIMIT 1 FOR UPDATE OF h SKIP LOCKED
    ), told AS (
      UPDATE endpoint_health h SET told = NULL, updated_at = ${now} FROM next
      WHERE h.subscription_id = next.subscription_id)
    SELECT subscription_id AS "subscriptionId", organisation_id AS "organisationId"
    FROM next`.execute(tx)
  return rows[0]
}

/** Runs work in a transaction of its own, again and again until it finds nothing. */
export async function untilNothing(db: Db, work: (tx: Tx) => Promise<boolean>): Promise<number> {
  for (let count = 0; ; count += 1) {
    if (!(await db.transaction().execute(work))) return count
  }
}
