// The end of a replay before its time: what waits for it leaves the queue and stands as it stood
// before. What is being sent just now is not taken away from whoever sends it.

import { sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'

/** Cancels a running replay; resolves to how many deliveries left the queue, or to nothing when it does not run. */
export async function cancelReplay(
  tx: Tx,
  replayId: string,
  { at, reason }: { readonly at: Date; readonly reason: string },
): Promise<number | undefined> {
  const { rows } = await sql`
    UPDATE replays SET state = 'cancelled', state_reason = ${reason}, ended_at = ${at}
    WHERE replay_id = ${replayId} AND state = 'running' RETURNING 1`.execute(tx)
  if (rows.length === 0) return undefined
  return takeOut(tx, replayId)
}

/** Takes out what came back to the queue of cancelled replays after an attempt; resolves to how many. */
export async function clearCancelled(db: Db): Promise<number> {
  const { rows } = await sql<{ replayId: string }>`
    SELECT DISTINCT q.replay_id AS "replayId" FROM delivery_queue q JOIN replays r USING (replay_id)
    WHERE q.replay_id IS NOT NULL AND q.claimed_by IS NULL AND r.state = 'cancelled'`.execute(db)
  let count = 0
  for (const { replayId } of rows) {
    count += await db.transaction().execute((tx) => takeOut(tx, replayId))
  }
  return count
}

async function takeOut(tx: Tx, replayId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    WITH gone AS (
      DELETE FROM delivery_queue WHERE replay_id = ${replayId} AND claimed_by IS NULL RETURNING 1
    ), counted AS (
      UPDATE replays SET removed = removed + (SELECT count(*)::int FROM gone)
      WHERE replay_id = ${replayId})
    SELECT count(*)::int AS count FROM gone`.execute(tx)
  return rows[0]?.count ?? 0
}
