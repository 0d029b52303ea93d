// Everything that stands in a database, as text: what a copy of it would give away.

import { runSql } from '@renkei/testkit'

/** The rows of every table of every schema of ours, as Postgres writes them; bytes also as text. */
export async function dumpDatabase(url: string): Promise<string> {
  const tables = await runSql(
    url,
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
  )
  const texts: string[] = []
  for (const { name } of tables) {
    const rows = await runSql(url, `select row_to_json(t)::text as text from ${String(name)} t`)
    texts.push(`${String(name)} ${rows.length}`, ...rows.map(({ text }) => String(text)))
  }
  const dump = texts.join('\n')
  const bytes = [...dump.matchAll(/\\\\x((?:[0-9a-f]{2})+)/g)].map(([, hex = '']) =>
    Buffer.from(hex, 'hex').toString('latin1'),
  )
  return [dump, ...bytes].join('\n')
}
