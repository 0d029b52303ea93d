// Mode all: a revision goes after the older ones of its report, and nothing else waits with it.

import { sql } from 'kysely'

/**
 * True of a delivery `q` while an older revision of its report is owed to its subscription. Asked for by
 * the lowest one, which an index gives in one step however many wait.
 */
export const isBlocked = sql<boolean>`(q.ordered AND q.replay_id IS NULL AND q.revision > (
  SELECT lowest.revision FROM delivery_queue lowest
  WHERE lowest.subscription_id = q.subscription_id AND lowest.report_id = q.report_id
    AND lowest.replay_id IS NULL
  ORDER BY lowest.revision LIMIT 1))`
