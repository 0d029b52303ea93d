// npm run vault as an operator uses it, each time as a process of its own.

import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  addOrganisation,
  type Database,
  dataKeyStore,
  insertSubscription,
  newId,
  openDatabase,
  readDataKeys,
  withClient,
} from '@renkei/db'
import {
  createTestDatabase,
  runSql,
  spawnService,
  type TestDatabase,
  waitFor,
} from '@renkei/testkit'
import {
  fingerprintOf,
  newDataKey,
  newKeyText,
  openSecret,
  openVault,
  parseKey,
} from '@renkei/vault'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

// Each command is a process that starts from nothing.
vi.setConfig({ testTimeout: 120_000 })

let folder: string
let server: TestDatabase
let database: Database

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'renkei-vault-'))
  server = await createTestDatabase()
  database = openDatabase({
    url: server.url,
    applicationName: 'renkei-test',
    connectionsMax: 2,
    statementTimeoutMs: 15_000,
  })
})
afterAll(async () => {
  await database.close()
  await server.drop()
  rmSync(folder, { recursive: true, force: true })
})

async function vault(argv: readonly string[], env: Record<string, string> = {}) {
  const run = spawnService(['scripts/vault.ts', ...argv], { DATABASE_URL: server.url, ...env })
  const { code } = await run.ended
  return { code, said: run.lines.join('\n') }
}

async function newKeyFile(name: string): Promise<string> {
  const path = join(folder, name)
  expect(await vault(['new-key', '--file', path])).toMatchObject({ code: 0 })
  return path
}

const keyOf = (path: string) => parseKey(readFileSync(path, 'utf8'))!

test('new-key prints a key that can be used as it is, or writes it to a private file, never over another', async () => {
  const { code, said } = await vault(['new-key'])
  expect(code).toBe(0)
  expect(said.split('\n').filter((line) => parseKey(line))).toHaveLength(1)
  const path = await newKeyFile('new')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const before = readFileSync(path, 'utf8')
  expect(parseKey(before)).toBeDefined()
  expect(await vault(['new-key', '--file', path])).toMatchObject({ code: 1 })
  expect(readFileSync(path, 'utf8')).toBe(before)
})

test('a wrong word gets the usage; a missing, doubled or exposed key its rule', async () => {
  expect((await vault(['rotate'])).said).toContain('rotate-data-key')
  expect(await vault(['status'])).toMatchObject({
    code: 1,
    said: expect.stringContaining('npm run vault -- new-key') as string,
  })
  const path = await newKeyFile('exposed')
  const both = { RENKEI_KEY: newKeyText(), RENKEI_KEY_FILE: path }
  expect((await vault(['status'], both)).said).toContain('must not both be set')
  chmodSync(path, 0o644)
  const { code, said } = await vault(['status'], { RENKEI_KEY_FILE: path })
  expect(code).toBe(1)
  expect(said).toContain(`chmod 600 ${path}`)
  expect(said).not.toContain(readFileSync(path, 'utf8').trim())
})

describe('the key of a database', () => {
  let first: string
  let second: string
  beforeAll(async () => {
    ;[first, second] = [await newKeyFile('first'), await newKeyFile('second')]
  })

  test('seals what was plain, is told by its fingerprint and refuses every other one', async () => {
    const { db } = database
    const named = { organisationId: 'example-fixed', subscriptionId: newId() }
    await addOrganisation(db, { ...named, name: 'x', kind: 'carrier' })
    const row = { channel: 'webhook', target: {}, filter: {}, mode: 'all' } as const
    const rest = { description: null, state: 'active', secret: 'whsec_plain' } as const
    await db
      .transaction()
      .execute((tx) => insertSubscription(tx, { ...named, ...row, ...rest }, new Date()))
    const env = { RENKEI_KEY_FILE: first }
    expect((await vault(['status'], env)).said).toContain('plain secrets  1')
    expect((await vault(['seal'], env)).said).toContain('sealed 1 secrets')
    expect((await vault(['seal'], env)).said).toContain('sealed 0 secrets')
    const [stored] = await runSql(server.url, 'select secret from subscriptions')
    const opened = await openVault({ key: keyOf(first), store: dataKeyStore(db) })
    const secret = String(stored?.['secret'])
    expect(secret).toMatch(/^v1\./)
    expect(await openSecret(opened, { ...named, secret })).toBe('whsec_plain')

    const status = await vault(['status'], env)
    expect(status.said).toContain(`expected key   ${fingerprintOf(keyOf(first))}`)
    expect(status.said).not.toContain(readFileSync(first, 'utf8').trim())
    const wrong = await vault(['seal'], { RENKEI_KEY_FILE: second })
    expect(wrong.code).toBe(1)
    expect(wrong.said).toContain(fingerprintOf(keyOf(first)))
  })

  test('stays the key when its replacement is killed half-way, and is none any more after it, on record', async () => {
    const { db } = database
    const env = { RENKEI_KEY_FILE: first }
    expect((await vault(['rotate-data-key'], env)).code).toBe(0)
    const before = await readDataKeys(db)
    expect(before).toHaveLength(2)

    const argv = ['rotate-key', '--new-key-file', second]
    const last = before.at(-1)!.dataKeyId
    await withHeldRow(last, async () => {
      const run = spawnService(['scripts/vault.ts', ...argv], { DATABASE_URL: server.url, ...env })
      const isBlocked = async () => (await countSessions(`wait_event_type = 'Lock'`)) === 1
      await waitFor(isBlocked, { timeoutMs: 20_000, what: 'the command to be half-way' })
      await run.kill('SIGKILL')
    })
    await waitFor(async () => (await countSessions('true')) === 0)
    const after = await readDataKeys(db)
    expect(after.map(({ seals: _, ...row }) => row)).toEqual(
      before.map(({ seals: _, ...row }) => row),
    )
    expect((await vault(['seal'], env)).code).toBe(0)

    const replaced = await vault(argv, env)
    expect(replaced).toMatchObject({ code: 0 })
    expect(replaced.said).toContain('2 data keys')
    expect((await vault(['seal'], env)).said).toContain(fingerprintOf(keyOf(second)))
    expect((await vault(['seal'], { RENKEI_KEY_FILE: second })).code).toBe(0)
    expect((await vault(argv, env)).code).toBe(1)

    const ids = { before: fingerprintOf(keyOf(first)), after: fingerprintOf(keyOf(second)) }
    const { dataKeyId } = before.find(({ active }) => active)!
    expect(await operatorEntries()).toEqual([
      { action: 'vault.secretsSealed', id: ids.before, before: null },
      { action: 'vault.dataKeyReplaced', id: dataKeyId, before: last },
      { action: 'vault.keyReplaced', id: ids.after, before: ids.before },
    ])
  })

  test('is not replaced by a file that is not fit to hold a key', async () => {
    const path = join(folder, 'unfit')
    writeFileSync(path, 'not a key', { mode: 0o600 })
    const rows = await readDataKeys(database.db)
    const argv = ['rotate-key', '--new-key-file', path]
    expect((await vault(argv, { RENKEI_KEY_FILE: second })).code).toBe(1)
    expect((await vault(['rotate-key'], { RENKEI_KEY_FILE: second })).code).toBe(2)
    expect((await readDataKeys(database.db)).map(({ kekId }) => kekId)).toEqual(
      rows.map(({ kekId }) => kekId),
    )
  })

  test('that was replaced lets a process with the old one add no data key of its own', async () => {
    const { db } = database
    const active = (await readDataKeys(db)).find((row) => row.active)!
    await dataKeyStore(db).replace(active.dataKeyId, newDataKey(keyOf(first)))
    expect((await readDataKeys(db)).find((row) => row.active)).toMatchObject({
      dataKeyId: active.dataKeyId,
    })
  })
})

// What was done to the keys, as the audit trail has it.
async function operatorEntries() {
  return runSql(
    server.url,
    `select action, object_ids[1] as id, detail->>'before' as before from audit_entries
     where object_type = 'vault' and organisation_id is null order by seq`,
  )
}

// Holds one data key, so that who changes them all comes to a halt before it.
async function withHeldRow(dataKeyId: string, work: () => Promise<void>): Promise<void> {
  await withClient(server.url, async (holder) => {
    await holder.query('begin')
    await holder.query('select 1 from data_keys where data_key_id = $1 for update', [dataKeyId])
    await work()
    await holder.query('rollback')
  })
}

async function countSessions(condition: string): Promise<number> {
  const [row] = await runSql(
    server.url,
    `select count(*)::int as n from pg_stat_activity where datname = current_database()
     and application_name = 'renkei-vault' and ${condition}`,
  )
  return Number(row?.['n'])
}
