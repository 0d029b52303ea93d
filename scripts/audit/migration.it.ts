// What was on record before there were chains is chained by the migration, in its order.

import { globSync, readFileSync } from 'node:fs'
import { openDatabase } from '@renkei/db'
import { createEmptyDatabase, runSql } from '@renkei/testkit'
import { expect, test } from 'vitest'
import { root } from '../system/paths.ts'
import { verifyDatabase } from './verify-database.ts'

test('entries from before the chains verify like those that follow', async () => {
  const database = await createEmptyDatabase()
  const files = globSync('migrations/*.sql', { cwd: root }).toSorted()
  const apply = async (names: readonly string[]) => {
    for (const name of names) await runSql(database.url, readFileSync(`${root}${name}`, 'utf8'))
  }
  const audit = files.findIndex((name) => name.endsWith('0007_audit.sql'))
  await apply(files.slice(0, audit))
  await runSql(
    database.url,
    `INSERT INTO audit_entries (at, organisation_id, key_id, request_id, action, object_type, object_id, detail)
    SELECT now() - interval '7 hours' * i, '組織', 'k', 'r:' || i, 'x.y', 'report', 'a "b"',
      CASE WHEN i % 2 = 0 THEN '{"n" : 1}'::json END FROM generate_series(1, 5000) i`,
  )
  await apply(files.slice(audit, audit + 1))
  await runSql(
    database.url,
    `INSERT INTO audit_entries (chain, at, request_id, action, object_type)
    VALUES ('write', now(), 'r', 'x.y', 'report')`,
  )
  const { db, close } = openDatabase({
    url: database.url,
    applicationName: 'renkei-test',
    connectionsMax: 1,
    statementTimeoutMs: 30_000,
  })
  expect(await verifyDatabase(db)).toMatchObject([
    { chain: 'write', entries: 5001, first: 1, last: { seq: 5001 }, broken: undefined },
    { chain: 'read', entries: 0, broken: undefined },
  ])
  await close()
  const [rest] = await runSql(
    database.url,
    'SELECT count(*)::int AS entries FROM audit_entries_rest',
  )
  expect(rest).toEqual({ entries: 0 })
  await database.drop()
})
