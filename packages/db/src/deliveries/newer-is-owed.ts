// Mode latest: a subscription that is owed a newer revision of a report is not sent an older one.

import { sql } from 'kysely'

/** The reason in the ledger. */
export const overtakenReason = 'a newer revision is owed (mode latest)'

/** True of a delivery `q` of the event `e` when a newer revision is owed to, or settled with, its subscription. */
export const newerIsOwed = sql`EXISTS (SELECT FROM events n WHERE n.report_id = e.report_id
  AND n.revision > e.revision AND (
    EXISTS (SELECT FROM delivery_queue w WHERE w.seq = n.seq AND w.subscription_id = q.subscription_id)
    OR EXISTS (SELECT FROM delivery_outcomes o
      WHERE o.seq = n.seq AND o.subscription_id = q.subscription_id)))`
