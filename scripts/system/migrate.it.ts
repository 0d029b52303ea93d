// npm run migrate as an operator uses it after a restore.

import { openDatabase, type Database, readFeedHead } from '@renkei/db'
import { createTestDatabase, runSql, spawnService, type TestDatabase } from '@renkei/testkit'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

// Each command is a process that starts from nothing.
vi.setConfig({ testTimeout: 120_000 })

let server: TestDatabase
let database: Database

beforeAll(async () => {
  server = await createTestDatabase()
  database = openDatabase({
    url: server.url,
    applicationName: 'renkei-test',
    connectionsMax: 1,
    statementTimeoutMs: 15_000,
  })
})
afterAll(async () => {
  await database.close()
  await server.drop()
})

async function migrate(...argv: readonly string[]) {
  const run = spawnService(['scripts/migrate.ts', ...argv], { DATABASE_URL: server.url })
  const { code } = await run.ended
  return { code, said: run.lines.join('\n') }
}

test('gives the feed a new epoch when it is told to, on record, and otherwise never', async () => {
  const { epoch: first, head } = await readFeedHead(database.db)
  expect(await migrate()).toMatchObject({ code: 0 })
  expect((await readFeedHead(database.db)).epoch).toBe(first)

  const { code, said } = await migrate('--new-epoch')
  expect({ code, said }).toMatchObject({ code: 0 })
  const after = await readFeedHead(database.db)
  expect(after.epoch).not.toBe(first)
  expect(after.head).toBe(head)
  expect(said).toContain(after.epoch)

  const entries = await runSql(
    server.url,
    `select organisation_id, object_ids[1] as id, detail->>'before' as before
     from audit_entries where action = 'feed.epochRenewed'`,
  )
  expect(entries).toEqual([{ organisation_id: null, id: after.epoch, before: first }])
})

test('refuses a word that it does not know, and changes nothing', async () => {
  const before = await readFeedHead(database.db)
  expect(await migrate('--new-epochs')).toMatchObject({ code: 2 })
  expect(await readFeedHead(database.db)).toEqual(before)
})
