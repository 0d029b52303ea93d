// The one row of the reconciler.

import type { Generated, JSONColumnType } from 'kysely'

export interface ReconciliationTable {
  only_row: Generated<boolean>
  looked_at: Generated<Date>
  checked_seq: Generated<number>
  passes: Generated<number>
  findings: JSONColumnType<object>
}
