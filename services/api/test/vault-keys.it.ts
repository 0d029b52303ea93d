// The keys under which things are stored sealed: at a start, and when they are replaced.

import { createSecretKey, randomBytes } from 'node:crypto'
import { dataKeyStore, readDataKeys, rewrapDataKeys, sealPlainSecrets } from '@renkei/db'
import {
  startReceiver,
  type Receiver,
  runSql,
  spawnService,
  testKey,
  waitFor,
} from '@renkei/testkit'
import {
  fingerprintOf,
  newDataKey,
  newKeyText,
  openVault,
  parseKey,
  rewrap,
  sealSecret,
} from '@renkei/vault'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { dumpDatabase } from '../../../test/support/dump-database.ts'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'
import { type Json, sampleReport } from './sample-report.ts'

// Many processes and starts, of which each has its own way to the database.
vi.setConfig({ testTimeout: 120_000 })

const key = parseKey(testKey)!

let api: TestApi
let receiver: Receiver
let mobile: Party

beforeAll(async () => {
  api = await startTestApi()
  receiver = await startReceiver()
  mobile = await api.addParty('example-mobile', 'carrier')
})
afterAll(async () => {
  await receiver.close()
  await api.stop()
})

const parts = (mark = '') => ({
  sensitive: { diagnostics: `くれない${mark}` },
  contacts: [{ role: 'incident', name: '当直', phone: '+81-3-5555-0001' }],
})

async function post(json: Json, by: Party): Promise<Json> {
  const { status, body } = await by.request('/v1/reports', { json })
  expect({ status, body }).toMatchObject({ status: 201 })
  return body as Json
}

async function read(path: string, by: Party): Promise<Json> {
  const { status, body } = await by.request(path)
  expect({ status, body }).toMatchObject({ status: 200 })
  return body as Json
}

describe('a start', () => {
  test('with another key is refused, naming the key that the database expects and none itself', async () => {
    const wrong = newKeyText()
    const refused = spawnService(['services/api/src/main.ts'], {
      DATABASE_URL: api.databaseUrl,
      RENKEI_API_PORT: '0',
      RENKEI_KEY: wrong,
    })
    expect((await refused.ended).code).toBe(1)
    const said = refused.lines.join('\n')
    expect(said).toContain(fingerprintOf(key))
    expect(said).toContain(fingerprintOf(parseKey(wrong)!))
    expect(said).not.toContain(wrong)
    expect(refused.lines).toHaveLength(1)
  })

  test('without a key is refused, with the way to make one', async () => {
    const refused = spawnService(['services/api/src/main.ts'], { DATABASE_URL: api.databaseUrl })
    expect((await refused.ended).code).toBe(1)
    expect(refused.lines.join('\n')).toContain('npm run vault -- new-key')
  })

  test('of three at once on an empty database makes one data key, and each reads what another wrote', async () => {
    const first = await startTestApi()
    const others = await Promise.all([
      startTestApi({ beside: first }),
      startTestApi({ beside: first }),
    ])
    const rows = await readDataKeys(first.db)
    expect(rows).toHaveLength(1)
    const party = await first.addParty('example-mobile', 'carrier')
    const { reportId } = await post(sampleReport('example-mobile', parts()), party.at(others[0]))
    const path = `/v1/reports/${String(reportId)}`
    expect(await read(path, party.at(others[1]))).toMatchObject(parts())
    for (const one of [...others, first]) await one.stop()
  })

  test('of many vaults at once on an empty database makes one data key', async () => {
    const own = await startTestApi()
    await runSql(
      own.databaseUrl,
      'begin; set local session_replication_role = replica; delete from data_keys; commit',
    )
    const store = dataKeyStore(own.db)
    const vaults = await Promise.all(Array.from({ length: 8 }, () => openVault({ key, store })))
    expect(await readDataKeys(own.db)).toHaveLength(1)
    const sealed = vaults[0]!.seal('x', 'here')
    for (const one of vaults) expect(one.open(sealed, 'here').toString()).toBe('x')
    await own.stop()
  })

  test('finds secrets that were stored plain as good as sealed ones, and sealing them keeps them', async () => {
    const json = { channel: 'webhook', target: { url: receiver.url('/old') } }
    const { subscriptionId, secret } = (await mobile.request('/v1/subscriptions', { json })).body
    await runSql(
      api.databaseUrl,
      `update subscriptions set secret = '${secret}' where subscription_id = '${subscriptionId}'`,
    )
    const testIt = () =>
      mobile.request(`/v1/subscriptions/${subscriptionId}/test`, { method: 'POST' })
    expect((await testIt()).body).toMatchObject({ result: 'delivered' })
    const vault = await openVault({ key, store: dataKeyStore(api.db) })
    const recorded: number[] = []
    const seal = () =>
      sealPlainSecrets(
        api.db,
        (plain) => sealSecret(vault, plain, plain.secret),
        async (_, count) => void recorded.push(count),
      )
    const refused = sealPlainSecrets(
      api.db,
      (plain) => sealSecret(vault, plain, plain.secret),
      () => Promise.reject(new Error('not on record')),
    )
    await expect(refused).rejects.toThrow('not on record')
    expect(await dumpDatabase(api.databaseUrl)).toContain(secret)
    const sealed = (await Promise.all([seal(), seal()])).reduce((a, b) => a + b)
    expect(sealed).toBeGreaterThan(0)
    expect(recorded.reduce((a, b) => a + b)).toBe(sealed)
    expect(await seal()).toBe(0)
    expect(await dumpDatabase(api.databaseUrl)).not.toContain(secret)
    expect((await testIt()).body).toMatchObject({ result: 'delivered' })
    const headers = receiver.at('/old').map((request) => request.headers['webhook-signature'])
    expect(headers).toHaveLength(2)
  })
})

test('a data key cannot be deleted', async () => {
  for (const statement of ['delete from data_keys', 'truncate data_keys']) {
    await expect(runSql(api.databaseUrl, statement)).rejects.toThrow('could not be opened')
  }
})

describe('while reports come in', () => {
  test('both kinds of key are replaced: nothing is refused, everything is readable, the old key is not', async () => {
    const own = await startTestApi()
    const beside = await startTestApi({ beside: own })
    const party = await own.addParty('example-mobile', 'carrier')
    const next = createSecretKey(randomBytes(32))
    const store = dataKeyStore(own.db)
    const posted: string[] = []
    let stop = false
    const keepPosting = async (by: Party, mark: string) => {
      for (let count = 0; !stop; count += 1) {
        const { reportId } = await post(
          sampleReport('example-mobile', parts(`${mark}${count}`)),
          by,
        )
        posted.push(String(reportId))
      }
    }
    const posting = Promise.all([keepPosting(party, 'ア'), keepPosting(party.at(beside), 'イ')])
    const atLeast = (count: number) =>
      Promise.race([
        posting,
        waitFor(() => posted.length >= count, {
          timeoutMs: 60_000,
          what: `${count} reports`,
        }),
      ])
    await atLeast(10)
    for (let times = 1; times <= 3; times += 1) {
      const active = (await readDataKeys(own.db)).find((row) => row.active)!
      await store.replace(active.dataKeyId, newDataKey(key))
      // A process that starts now seals with the new key; those that run must open that.
      const fresh = await startTestApi({ beside: own })
      const { reportId } = await post(sampleReport('example-mobile', parts()), party.at(fresh))
      expect(await read(`/v1/reports/${String(reportId)}`, party)).toMatchObject(parts())
      await fresh.stop()
      await atLeast(10 + times * 5)
    }
    const count = await own.db
      .transaction()
      .execute((tx) => rewrapDataKeys(tx, (row) => rewrap(row, key, next)!))
    expect(count).toBe(4)
    await atLeast(posted.length + 10)
    stop = true
    await posting

    await expect(startTestApi({ beside: own })).rejects.toThrow(fingerprintOf(next))
    const text = next.export().toString('base64')
    const after = await startTestApi({ beside: own, env: { RENKEI_KEY: text } })
    for (const reader of [own, beside, after]) {
      for (const reportId of posted) {
        const view = await read(`/v1/reports/${reportId}`, party.at(reader))
        expect(view).toHaveProperty('sensitive.diagnostics')
        expect(view).toHaveProperty('contacts')
      }
    }
    for (const one of [after, beside, own]) await one.stop()
  })

  test('a replacement of the key that fails half-way leaves everything as it was', async () => {
    const own = await startTestApi()
    const party = await own.addParty('example-mobile', 'carrier')
    const store = dataKeyStore(own.db)
    const [first] = await readDataKeys(own.db)
    await store.replace(first!.dataKeyId, newDataKey(key))
    const { reportId } = await post(sampleReport('example-mobile', parts()), party)
    const before = await readDataKeys(own.db)
    let rows = 0
    const next = createSecretKey(randomBytes(32))
    const replacing = own.db.transaction().execute((tx) =>
      rewrapDataKeys(tx, (row) => {
        rows += 1
        if (rows === 2) throw new Error('the machine stops here')
        return rewrap(row, key, next)!
      }),
    )
    await expect(replacing).rejects.toThrow('stops here')
    expect(await readDataKeys(own.db)).toEqual(before)
    const after = await startTestApi({ beside: own })
    expect(await read(`/v1/reports/${String(reportId)}`, party.at(after))).toMatchObject(parts())
    await after.stop()
    await own.stop()
  })
})
