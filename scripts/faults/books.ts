// What Renkei's own books say at the end: is it quiet, does every event balance, what was given up and
// why. Asked with SQL, so that the product's reading of them is not what judges it.

import { withClient } from '@renkei/db'
import type { Ended } from './journal.ts'

export interface Standing {
  readonly waiting: number
  readonly unexpanded: number
}

/** What is still to be done. */
export async function readStanding(url: string): Promise<Standing> {
  const [row] = await ask<Standing>(
    url,
    `SELECT (SELECT count(*)::int FROM delivery_queue) AS waiting,
       (SELECT count(*)::int FROM fan_outs WHERE completed_at IS NULL) AS unexpanded`,
  )
  return row ?? { waiting: 0, unexpanded: 0 }
}

/**
 * Makes due what waits for the time of its next try, as an operator does who drains after an outage:
 * otherwise a run would last as long as the schedule of retries.
 */
export async function hurry(url: string): Promise<void> {
  await ask(
    url,
    `UPDATE delivery_queue SET due_at = now()
     WHERE claimed_by IS NULL AND due_at > now() AND due_at <> 'infinity'`,
  )
  await ask(url, `UPDATE endpoint_health SET probe_at = now() WHERE probe_at > now()`)
}

/** Lines for what does not balance, once nothing moves any more. */
export async function readBooks(url: string): Promise<string[]> {
  const unbalanced = await ask<{ seq: string; owed: number; kept: number }>(
    url,
    `SELECT f.seq, f.owed, count(DISTINCT k.subscription_id)::int AS kept
     FROM fan_outs f LEFT JOIN (
       SELECT seq, subscription_id FROM delivery_outcomes
       UNION ALL SELECT seq, subscription_id FROM delivery_queue) k USING (seq)
     GROUP BY f.seq, f.owed HAVING f.owed <> count(DISTINCT k.subscription_id) ORDER BY f.seq`,
  )
  const reasonless = await ask<{ seq: string }>(
    url,
    `SELECT seq FROM delivery_outcomes WHERE outcome <> 'delivered' AND reason = ''`,
  )
  const waiting = await ask<{ seq: string; reason: string | null; due: string; lane: string }>(
    url,
    `SELECT seq, lane, due_at::text AS due, concat_ws(' / ', q.reason, 'claimed by ' || claimed_by,
       h.state || ' since ' || h.failing_since) AS reason
     FROM delivery_queue q LEFT JOIN endpoint_health h USING (subscription_id) ORDER BY seq`,
  )
  const unexpanded = await ask<{ seq: string; lane: string }>(
    url,
    `SELECT seq, lane FROM fan_outs WHERE completed_at IS NULL ORDER BY seq`,
  )
  return [
    ...unbalanced.map(
      (row) => `ledger: event ${row.seq} owes ${row.owed} and accounts for ${row.kept}`,
    ),
    ...reasonless.map(({ seq }) => `ledger: event ${seq} has an end without a reason`),
    ...waiting.map(
      ({ seq, lane, due, reason }) =>
        `still waiting: event ${seq}, lane ${lane}, due ${due}: ${reason}`,
    ),
    ...unexpanded.map(({ seq, lane }) => `not expanded: event ${seq}, lane ${lane}`),
  ]
}

/** Dead and refused deliveries. */
export function readEnded(url: string): Promise<Ended[]> {
  return ask<Ended>(
    url,
    `SELECT DISTINCT ON (o.seq, o.subscription_id) e.event_id AS "eventId",
       o.subscription_id AS "subscriptionId", o.outcome, o.reason
     FROM delivery_outcomes o JOIN events e USING (seq)
     WHERE o.outcome IN ('dead', 'refused') ORDER BY o.seq, o.subscription_id`,
  )
}

/** How often a kind of attempt was made, by its words. */
export function readReasons(url: string): Promise<{ reason: string; count: number }[]> {
  return ask(
    url,
    `SELECT reason, count(*)::int AS count FROM delivery_attempts GROUP BY reason ORDER BY 2 DESC`,
  )
}

async function ask<T>(url: string, statement: string): Promise<T[]> {
  return withClient(url, async (client) => (await client.query(statement)).rows as T[])
}
