// Fills a database with history: copies of one report that was really accepted and delivered, under other
// identifiers, in every table that grows with the traffic. All constraints and indexes hold afterwards.

import { withClient } from '@renkei/db'

export interface Fill {
  readonly reports: number
  /** Attempts, and as many outcomes. */
  readonly attemptsPerReport: number
}

interface Client {
  query(statement: string): Promise<{ readonly rows: Record<string, string>[] }>
}

// Older than every identifier of today, in their own order.
const idOf = (nr: string) => `('01800000-0000-7000-8000-' || lpad(to_hex(${nr}), 12, '0'))::uuid`

/** Needs at least one delivered event; resolves when the planner knows of the new rows. */
export async function fillWithHistory(databaseUrl: string, fill: Fill): Promise<void> {
  const { reports, attemptsPerReport: times } = fill
  await withClient(databaseUrl, async (client) => {
    const [row] = (
      await client.query<Record<string, string>>(
        `SELECT o.seq, e.report_id, e.revision, f.head FROM delivery_outcomes o
         JOIN events e USING (seq), feed f
         WHERE o.outcome = 'delivered' ORDER BY o.seq LIMIT 1`,
      )
    ).rows
    if (!row) throw new Error('there is no delivered event to copy')
    const report = `report_id = '${row['report_id']}'`
    const revision = `${report} AND revision = ${row['revision']}`
    const event = `seq = ${row['seq']}`
    const [id, seq] = [idOf('nr'), `${row['head']} + nr`]
    const closed = { open: 'false', state: "'closed'" }
    const copy = (table: string, where: string, values: Record<string, string>, of = 1) =>
      copyRows(client, { table, where, values, count: reports * of })
    await copy('reports', report, { report_id: id, ...closed })
    await copy('report_revisions', revision, { report_id: id })
    const eventId = idOf(`nr + ${2 ** 40}`)
    await copy('events', event, { seq, report_id: id, event_id: eventId, subject: `${id}::text` })
    await copy('fan_outs', event, { seq })
    await client.query(`UPDATE feed SET head = head + ${reports}`)
    // Spread over events and over made-up subscriptions; nothing there refers to the latter.
    const parts = {
      seq: `${row['head']} + 1 + (nr - 1) / ${times}`,
      subscription_id: idOf(`${2 ** 41} + nr % ${times}`),
    }
    for (const table of ['delivery_outcomes', 'delivery_attempts']) {
      await withoutIndexes(client, table, () =>
        copy(table, `${event} ${oneOf(table)}`, parts, times),
      )
    }
    await client.query('VACUUM (ANALYZE)')
  })
}

const oneOf = (table: string) =>
  `AND (subscription_id) = (SELECT min(subscription_id::text)::uuid FROM ${table} t WHERE t.seq = ${table}.seq)`

interface Copy {
  readonly table: string
  readonly where: string
  /** What differs, by column, with `nr` from 1. */
  readonly values: Readonly<Record<string, string>>
  readonly count: number
}

async function copyRows(client: Client, { table, where, values, count }: Copy): Promise<void> {
  const { rows } = await client.query(
    `SELECT column_name AS name FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name = '${table}' AND is_generated = 'NEVER'
     ORDER BY ordinal_position`,
  )
  const names = rows.map(({ name = '' }) => name)
  const from = names.map((name) => values[name] ?? `model.${name}`)
  const beganMs = performance.now()
  await client.query(
    `INSERT INTO ${table} (${names.join(', ')}) SELECT ${from.join(', ')}
     FROM (SELECT * FROM ${table} WHERE ${where} LIMIT 1) model, generate_series(1, ${count}) AS nr`,
  )
  const seconds = (performance.now() - beganMs) / 1000
  console.log(`  ${table}: ${count} rows more in ${seconds.toFixed(1)} s`)
}

// An index is made faster afterwards than row by row.
async function withoutIndexes(
  client: Client,
  table: string,
  work: () => Promise<void>,
): Promise<void> {
  const { rows } = await client.query(
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS made
     FROM pg_index WHERE indrelid = '${table}'::regclass
       AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = indexrelid)`,
  )
  for (const { name = '' } of rows) await client.query(`DROP INDEX ${name}`)
  await work()
  for (const { made = '' } of rows) await client.query(made)
}
