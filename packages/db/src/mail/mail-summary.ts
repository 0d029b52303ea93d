// For operators: what was ordered, what became of it, what came back.

import { sql } from 'kysely'
import type { Db } from '../open-database.ts'

/** Gives a line for each state and kind of ordered mails, and each status that came back in 7 days. */
export async function summariseMails(db: Db): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`
    SELECT state || ' ' || kind || ': ' || count(*) || coalesce(', last: ' || max(reason), '') AS line
    FROM mail_orders GROUP BY state, kind
    UNION ALL
    SELECT 'came back ' || CASE WHEN hard THEN 'hard ' ELSE 'soft ' END || status || ': ' || count(*)
    FROM mail_bounces WHERE at > now() - interval '7 days' GROUP BY hard, status
    ORDER BY 1`.execute(db)
  return rows.map(({ line }) => line)
}
