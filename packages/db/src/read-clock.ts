// The clock of the database: the one that all processes share, whatever their own say.

import { sql } from 'kysely'
import type { Db } from './open-database.ts'

/** Reads the time of the database. */
export async function readClock(db: Db): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`SELECT clock_timestamp() AS now`.execute(db)
  const now = rows[0]?.now
  if (!now) throw new Error('the database gave no time')
  return now
}
