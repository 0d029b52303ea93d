// The last use of keys and the nonces of signatures, as several processes write them at once.

import { createTestDatabase, runSql, type TestDatabase } from '@renkei/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  addOrganisation,
  createKey,
  type Database,
  findKey,
  forgetNonces,
  openDatabase,
  recordKeyUse,
  takeNonce,
} from '../src/index.ts'

let store: TestDatabase
let database: Database
let keyId: string

beforeAll(async () => {
  store = await createTestDatabase()
  database = openDatabase({
    url: store.url,
    applicationName: 'renkei-test',
    connectionsMax: 8,
    statementTimeoutMs: 10_000,
  })
  const organisationId = 'example-mobile'
  await addOrganisation(database.db, { organisationId, name: 'Example Mobile', kind: 'carrier' })
  const key = { organisationId, label: 'test', scopes: ['feed:read'], expiresAt: null } as const
  keyId = (await createKey(database.db, key)).keyId
})
afterAll(async () => {
  await database.close()
  await store.drop()
})

const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 9, 0, second))
const use = (second: number, address: string) =>
  recordKeyUse(database.db, [{ keyId, at: at(second), address }])

test('the latest use stands, in whatever order the processes write', async () => {
  await use(30, '192.0.2.1')
  await use(20, '192.0.2.2')
  expect(await findKey(database.db, keyId)).toMatchObject({
    lastUsedAt: at(30),
    lastUsedAddress: '192.0.2.1',
  })
  await recordKeyUse(database.db, [])
})

test('a key that is being changed is passed over, and nobody waits', async () => {
  await database.db.transaction().execute(async (tx) => {
    await findKey(tx, keyId, { forUpdate: true })
    await use(40, '192.0.2.3')
  })
  expect(await findKey(database.db, keyId)).toMatchObject({ lastUsedAt: at(30) })
  await use(40, '192.0.2.3')
  expect(await findKey(database.db, keyId)).toMatchObject({ lastUsedAt: at(40) })
})

test('a nonce is taken once for a key, however many ask at the same moment', async () => {
  const signature = { signingKeyId: 'a', nonce: 'nonce-0001', validUntil: at(0) }
  const taken = await Promise.all(
    Array.from({ length: 8 }, () => takeNonce(database.db, signature)),
  )
  expect(taken.filter(Boolean)).toHaveLength(1)
  expect(await takeNonce(database.db, { ...signature, signingKeyId: 'b' })).toBe(true)
})

test('only nonces of the past are forgotten, so many at a time', async () => {
  await runSql(store.url, 'DELETE FROM signature_nonces')
  for (const second of [1, 2, 3, 4]) {
    const nonce = `nonce-000${second}`
    await takeNonce(database.db, { signingKeyId: 'a', nonce, validUntil: at(second) })
  }
  expect(await forgetNonces(database.db, at(4), 2)).toBe(2)
  expect(await forgetNonces(database.db, at(4), 2)).toBe(1)
  expect(await forgetNonces(database.db, at(4), 2)).toBe(0)
  const signature = { signingKeyId: 'a', nonce: 'nonce-0004', validUntil: at(4) }
  expect(await takeNonce(database.db, signature)).toBe(false)
})
