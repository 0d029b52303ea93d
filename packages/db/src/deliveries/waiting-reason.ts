// Why a delivery still waits, in words for its owner and for the ledger.

import { sql } from 'kysely'

/** Of a row of `delivery_queue`: due at infinity means that its subscription is not active. */
export const waitingReason = sql`CASE WHEN due_at = 'infinity'
  THEN 'waits until the subscription is active again'
  ELSE coalesce(reason, 'not tried yet') END`
