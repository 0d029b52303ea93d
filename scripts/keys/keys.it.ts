// npm run keys as an operator types it.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import {
  addOrganisation,
  type Database,
  findKey,
  findKeyHolder,
  insertSigningKey,
  openDatabase,
  readPlatformKeys,
} from '@renkei/db'
import { createTestDatabase, type TestDatabase, testKey } from '@renkei/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../system/paths.ts'

let store: TestDatabase
let database: Database

beforeAll(async () => {
  store = await createTestDatabase()
  database = openDatabase({
    url: store.url,
    applicationName: 'renkei-test',
    connectionsMax: 2,
    statementTimeoutMs: 10_000,
  })
  await addOrganisation(database.db, {
    organisationId: 'example-mobile',
    name: 'Example Mobile',
    kind: 'carrier',
  })
})
afterAll(async () => {
  await database.close()
  await store.drop()
})

const run = promisify(execFile)

// Each command is a process that brings the database to its version first.
const patience = { timeout: 180_000 }

async function keys(...words: string[]): Promise<string> {
  const env = { ...process.env, DATABASE_URL: store.url, RENKEI_KEY: testKey }
  const command = run(process.execPath, [`${root}scripts/keys.ts`, ...words], { env })
  const { stdout } = await command.catch((error: { stderr: string }) => ({ stdout: error.stderr }))
  return stdout
}

const shownKey = (text: string) => /rk_([0-9a-f]{16})_\S+/.exec(text) ?? []

const entries = () =>
  database.db
    .selectFrom('audit_entries')
    .select(['action', 'organisation_id', 'object_owner'])
    .orderBy('seq')
    .execute()

test(
  'a key is made, rotated and revoked, each on record as done by no organisation',
  patience,
  async () => {
    const words = ['--label', 'noc', '--signature-required', '--scopes', 'feed:read']
    const [apiKey = '', keyId = ''] = shownKey(await keys('create', 'example-mobile', ...words))
    expect(await findKeyHolder(database.db, apiKey)).toMatchObject({
      keyId,
      scopes: ['feed:read'],
      signatureRequired: true,
    })
    const [successor = '', successorId = ''] = shownKey(
      await keys('rotate', keyId, '--overlap-hours', '2'),
    )
    expect(await findKeyHolder(database.db, successor)).toMatchObject({ signatureRequired: true })
    const { expiresAt, replacedBy } = (await findKey(database.db, keyId))!
    expect(replacedBy).toBe(successorId)
    expect(Math.abs(expiresAt!.getTime() - Date.now() - 2 * 3_600_000)).toBeLessThan(60_000)
    const list = await keys('list')
    expect(list).toContain(`see ${successorId}`)
    expect(list).not.toContain('rk_')
    expect(await keys('revoke', successorId)).toContain('is revoked')
    expect(await keys('revoke', successorId)).toContain('no live key')
    expect(await findKeyHolder(database.db, successor)).toBeUndefined()
    const byOperator = { organisation_id: null, object_owner: 'example-mobile' }
    expect(await entries()).toEqual([
      { action: 'key.created', ...byOperator },
      { action: 'key.rotated', ...byOperator },
      { action: 'key.revoked', ...byOperator },
    ])
  },
)

test('a signing key is listed and revoked', patience, async () => {
  const signingKeyId = 's'.repeat(43)
  await insertSigningKey(database.db, {
    signingKeyId,
    organisationId: 'example-mobile',
    label: 'hsm',
    publicKey: Buffer.alloc(32, 1),
    createdAt: new Date(),
    expiresAt: null,
  })
  expect(await keys('list')).toContain(signingKeyId)
  expect(await keys('revoke', signingKeyId)).toContain('is revoked')
})

test.each([
  [['create', 'example-none'], /there is no organisation/],
  [['create', 'example-mobile', '--scopes', 'all'], /there is no scope all/],
  [['create', 'example-mobile', '--expires', '2020-01-01'], /in the future/],
  [['create', 'example-mobile', '--certificate', 'x'], /SHA-256/],
  [['rotate', '0000000000000000'], /it is absent/],
  [['rotate', '0000000000000000', '--overlap-hours', '200'], /0 to 168/],
])('%j is refused with the reason, and nothing is stored', patience, async (words, reason) => {
  const before = await entries()
  expect(await keys(...words)).toMatch(reason)
  expect(await entries()).toEqual(before)
})

test(
  'the platform key is rotated, published before it signs, and on record',
  patience,
  async () => {
    const said = [await keys('rotate-platform-key'), await keys('rotate-platform-key')]
    for (const line of said) expect(line).toMatch(/^[\w-]{43} signs from \S+; keys before it/)
    const stored = await readPlatformKeys(database.db, new Date())
    expect(stored.map(({ generation }) => generation)).toEqual([2, 1])
    const [newest, first] = stored
    expect(newest!.signsFrom.getTime()).toBeGreaterThan(Date.now() + 600_000)
    expect(newest!.publishedUntil).toBeNull()
    expect(first!.publishedUntil!.getTime()).toBeGreaterThan(newest!.signsFrom.getTime())
    const actions = (await entries()).map(({ action }) => action)
    expect(actions.filter((action) => action === 'platformKey.rotated')).toHaveLength(2)
  },
)
