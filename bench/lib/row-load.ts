// Worker: commits one row at a time on so many connections, as fast as Postgres lets it. The row is
// the report's own bytes in a table of one column: no key, no index, no second row.

import { withClient } from '@renkei/db'
import { drive, type Measured } from './drive.ts'
import { makeReports } from './reports.ts'
import { serve } from './worker.ts'

export interface RowLoad {
  readonly databaseUrl: string
  readonly connections: number
  readonly seconds: number
}

serve(async ({ databaseUrl, connections, seconds }: RowLoad): Promise<Measured> => {
  const reports = await makeReports(connections, new Date())
  await withClient(databaseUrl, (client) =>
    client.query('CREATE TABLE IF NOT EXISTS bench_rows (content json NOT NULL)'),
  )
  const inserts: (() => Promise<void>)[] = []
  const over = Promise.withResolvers<void>()
  const open = async (report: string) => {
    const opened = Promise.withResolvers<void>()
    const closed = withClient(databaseUrl, async (client) => {
      const text = 'INSERT INTO bench_rows (content) VALUES ($1)'
      inserts.push(async () => {
        await client.query({ name: 'insert', text, values: [report] })
      })
      opened.resolve()
      await over.promise
    })
    await Promise.race([opened.promise, closed])
    return { closed }
  }
  const clients = await Promise.all(reports.map(open))
  const measured = await drive(inserts, seconds)
  over.resolve()
  await Promise.all(clients.map(({ closed }) => closed))
  return measured
})
