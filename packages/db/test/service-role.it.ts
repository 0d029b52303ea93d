// What the services may do in the database, and what they may not, whoever asks them to.

import { createTestDatabase, runSql, type TestDatabase } from '@renkei/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  assertMigrated,
  type Database,
  ensureServiceLogin,
  makeAuditPartitions,
  openDatabase,
  recordAccesses,
} from '../src/index.ts'

let database: TestDatabase
let serviceUrl: string
let service: Database

beforeAll(async () => {
  database = await createTestDatabase()
  serviceUrl = await ensureServiceLogin(database.url, 'for-this-test-only')
  service = openDatabase({
    url: serviceUrl,
    applicationName: 'renkei-test',
    connectionsMax: 2,
    statementTimeoutMs: 30_000,
    asService: true,
  })
})
afterAll(async () => {
  await service.close()
  await database.drop()
})

const asOwner = (statement: string) => runSql(database.url, statement)

// On the login of the services: as their role from the start, or as told in the statement.
async function asService(statement: string) {
  const url = new URL(serviceUrl)
  url.searchParams.set('options', '-c role=renkei_service')
  return runSql(url.href, statement)
}

test('no table that is append-only may be changed, and no other right comes with a table', async () => {
  const rights = await asOwner(`
    SELECT c.relname AS name, EXISTS (SELECT FROM pg_trigger t
        WHERE t.tgrelid = c.oid AND t.tgfoid = 'refuse_change'::regproc) AS append_only,
      array(SELECT p FROM unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) p
        WHERE has_table_privilege('renkei_service', c.oid, p)) AS rights
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')`)
  const appendOnly = rights.filter((row) => row['append_only'])
  expect(appendOnly.map((row) => row['name'])).toEqual(
    expect.arrayContaining([
      'audit_entries',
      'report_revisions',
      'events',
      'delivery_outcomes',
      'delivery_attempts',
    ]),
  )
  for (const { name, rights: given } of appendOnly) {
    expect(
      (given as string[]).filter((right) => !['SELECT', 'INSERT'].includes(right)),
      String(name),
    ).toEqual([])
  }
  for (const { name, rights: given } of rights) {
    expect(given, String(name)).not.toEqual(expect.arrayContaining(['TRUNCATE']))
    expect(given, String(name)).not.toEqual(expect.arrayContaining(['TRIGGER']))
  }
  const untouched = rights.filter(({ name }) => /^audit_(?:heads|entries_)/.test(String(name)))
  expect(untouched.length).toBeGreaterThan(4)
  for (const { name, rights: given } of untouched) expect(given, String(name)).toEqual([])
})

test('no function of the owner runs with his rights for the services, but those that they need', async () => {
  const definers = await asOwner(`
    SELECT proname AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
      AND prorettype <> 'trigger'::regtype AND has_function_privilege('renkei_service', oid, 'EXECUTE')`)
  expect(definers.map(({ name }) => name)).toEqual(['make_audit_partitions'])
})

describe('the services', () => {
  const thisMonth = `audit_entries_${new Date().toISOString().slice(0, 7).replace('-', '_')}`

  test.each([
    `UPDATE audit_entries SET at = at`,
    `DELETE FROM audit_entries`,
    `TRUNCATE audit_entries`,
    `DELETE FROM ${thisMonth}`,
    `INSERT INTO ${thisMonth} DEFAULT VALUES`,
    `UPDATE audit_heads SET seq = 0`,
    `SELECT * FROM audit_heads`,
    `UPDATE report_revisions SET revision = 1`,
    `DELETE FROM events`,
    `DELETE FROM delivery_outcomes`,
    `UPDATE delivery_attempts SET attempt = 1`,
    `TRUNCATE reports`,
    `CREATE TABLE mine (a int)`,
    `DELETE FROM schema_migrations`,
    `SELECT grant_service_rights()`,
    `SELECT make_audit_partition('2031-01-01')`,
    `CREATE TEMP TABLE mine (LIKE audit_entries); CREATE TRIGGER mine BEFORE INSERT ON mine
      FOR EACH ROW EXECUTE FUNCTION chain_audit_entry()`,
    `CREATE TEMP TABLE mine (LIKE audit_entries); CREATE TRIGGER mine AFTER INSERT ON mine
      REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION end_audit_statement()`,
    `SET ROLE NONE; SELECT * FROM organisations`,
    `RESET ROLE; UPDATE audit_entries SET at = at`,
  ])('get permission denied: %s', async (statement) => {
    await expect(asService(statement)).rejects.toThrow('permission denied')
  })

  test.each([
    `ALTER TABLE audit_entries DISABLE TRIGGER ALL`,
    `DROP TABLE ${thisMonth}`,
    `ALTER TABLE audit_entries DETACH PARTITION ${thisMonth}`,
    `CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
    `DROP TRIGGER audit_entries_chained ON audit_entries`,
  ])('own nothing that they could loosen: %s', async (statement) => {
    await expect(asService(statement)).rejects.toThrow(/must be owner|permission denied/)
  })

  test('cannot put their triggers out of the way', async () => {
    const statement = `SET session_replication_role = replica`
    await expect(asService(statement)).rejects.toThrow('permission denied')
  })

  test('add entries, make the months to come, and see which version the database has', async () => {
    await assertMigrated(service.db)
    await recordAccesses(service.db, [
      {
        at: new Date(),
        organisationId: null,
        keyId: null,
        requestId: 'r',
        action: 'access.denied',
        objectType: 'report',
        objectIds: [],
      },
    ])
    expect(await makeAuditPartitions(service.db, 5)).toBe(2)
    const [made] = await asOwner(`SELECT count(*)::int AS months FROM pg_class
      WHERE relname ~ '^audit_entries_[0-9]{4}_[0-9]{2}$'
        AND has_table_privilege('renkei_service', oid, 'INSERT, UPDATE, DELETE, SELECT, TRUNCATE')`)
    expect(made).toEqual({ months: 0 })
  })
})

test('a login that may not be that role is told so', async () => {
  await asOwner(`DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'renkei_stranger')
    THEN CREATE ROLE renkei_stranger LOGIN PASSWORD 'stranger'; END IF; END $$`)
  const url = new URL(database.url)
  Object.assign(url, { username: 'renkei_stranger', password: 'stranger' })
  const stranger = openDatabase({
    url: url.href,
    applicationName: 'renkei-test',
    connectionsMax: 1,
    statementTimeoutMs: 30_000,
    asService: true,
  })
  await expect(assertMigrated(stranger.db)).rejects.toThrow(/cannot work as renkei_service.*GRANT/)
  await stranger.close()
  await asOwner('DROP ROLE renkei_stranger')
})
