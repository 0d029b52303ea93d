// How narrow a TLP label is, in SQL: 0 for TLP:CLEAR to 4 for TLP:RED, as `tlpRank` of the contract says.

import { tlpOrder } from '@renkei/schema'
import { sql } from 'kysely'

/** The rank of the label in a column. */
export function tlpRankOf(column: 'e.tlp' | 'h.tlp') {
  return sql`(array_position(${[...tlpOrder]}::text[], ${sql.ref(column)}) - 1)`
}
