// What the services may do in the database, and what they may not, whoever asks them to.

import { createTestDatabase, runSql, type TestDatabase } from '@renkei/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  assertMigrated,
  type Database,
  ensureServiceLogin,
  makeAuditPartitions,
  migrate,
  openDatabase,
  recordAccesses,
} from '../src/index.ts'

let database: TestDatabase
let serviceUrl: string
let service: Database

beforeAll(async () => {
  database = await createTestDatabase()
  // A clone has no rights of its own on the database: they come with this.
  await migrate(database.url)
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
    SELECT p.oid::regproc::text AS name, array_to_string(proconfig, ' ') AS settings,
      has_function_privilege('renkei_service', p.oid, 'EXECUTE') AS theirs,
      EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner)))
        WHERE grantee = 0) AS everybodys
    FROM pg_proc p WHERE prosecdef ORDER BY name`)
  expect(definers.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['chain_audit_entry', 'raise_sharing_version']),
  )
  for (const { name, settings } of definers) {
    expect(settings, String(name)).toMatch(/search_path=public, pg_temp(?: [a-z_]+=|$)/)
  }
  const named = (list: typeof definers) => list.map(({ name }) => name)
  expect(named(definers.filter(({ theirs }) => theirs))).toEqual(['make_audit_partitions'])
  expect(named(definers.filter(({ everybodys }) => everybodys))).toEqual([])
})

test.each([
  'BEFORE INSERT ON mine FOR EACH ROW EXECUTE FUNCTION chain_audit_entry()',
  `AFTER INSERT ON mine REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION end_audit_statement()`,
])(
  'the head of a chain moves for no table but the trail, not even for the owner: %s',
  async (by) => {
    const heads = () =>
      asOwner(`SELECT chain, seq, encode(hash, 'hex') FROM audit_heads ORDER BY chain`)
    const before = await heads()
    const attack = asOwner(`CREATE TEMP TABLE mine (LIKE audit_entries); CREATE TRIGGER mine ${by};
    INSERT INTO mine SELECT 'write', seq + 1, now(), NULL, NULL, 'r', NULL, 'x.y', 'x', '{}', NULL, NULL,
      hash, sha256('forged') FROM audit_heads WHERE chain = 'write'`)
    await expect(attack).rejects.toThrow('only audit_entries is chained, not mine')
    expect(await heads()).toEqual(before)
  },
)

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
    `CREATE TEMP TABLE sharing_version (version bigint)`,
    `CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
    `CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
    `INSERT INTO audit_entries (chain, at, request_id, action, object_type)
      VALUES ('write', now(), 'r', 'audit.retained', 'audit')`,
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

  test('can attach a trigger to no table there is', async () => {
    const tables = await asOwner(`SELECT c.oid::regclass::text AS name FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'v') AND n.nspname NOT LIKE 'pg_toast%'`)
    expect(tables.length).toBeGreaterThan(20)
    const attack = tables.map(
      ({ name }) => `BEGIN
        CREATE TRIGGER mine AFTER INSERT ON ${String(name)}
          FOR EACH STATEMENT EXECUTE FUNCTION suppress_redundant_updates_trigger();
        RAISE EXCEPTION 'attached to ${String(name)}';
      EXCEPTION WHEN insufficient_privilege THEN NULL; END;`,
    )
    expect(await asService(`DO $$ BEGIN ${attack.join(' ')} END $$`)).toEqual([])
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
