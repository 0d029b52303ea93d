import {
  createTestDatabase,
  startTcpProxy,
  type TcpProxy,
  type TestDatabase,
  waitFor,
} from '@renkei/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { isDatabaseUnavailable, openDatabase, readFeedHead, type Database } from '../src/index.ts'

let server: TestDatabase
let proxy: TcpProxy
let database: Database

beforeAll(async () => {
  server = await createTestDatabase()
})
afterAll(() => server.drop())
beforeEach(async () => {
  proxy = await startTcpProxy(server.url)
  database = openDatabase({
    url: proxy.url,
    applicationName: 'renkei-test',
    connectionsMax: 2,
    statementTimeoutMs: 500,
    onError: () => undefined,
  })
  await Promise.all([readFeedHead(database.db), readFeedHead(database.db)])
})
afterEach(async () => {
  await proxy.restore()
  await database.close()
  await proxy.close()
})

async function refusal(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.fail('the database was reached'),
    (error: unknown) => error,
  )
}

describe.each([
  ['a server that has gone silent', async () => proxy.blackhole()],
  ['a server that resets its connections', () => proxy.refuse()],
])('%s', (_, fail) => {
  test('is told as unavailable within the limit, and found again without a restart', async () => {
    await fail()
    for (let asked = 0; asked < 3; asked += 1) {
      expect(isDatabaseUnavailable(await refusal(readFeedHead(database.db)))).toBe(true)
    }
    await proxy.restore()
    expect(await waitFor(() => readFeedHead(database.db))).toMatchObject({ head: 0 })
  })

  test('ends a transaction that is under way, and gives its connection back', async () => {
    const under = database.db.transaction().execute(async (tx) => {
      await tx.selectFrom('feed').selectAll().execute()
      await fail()
      await tx.selectFrom('feed').selectAll().execute()
    })
    expect(isDatabaseUnavailable(await refusal(under))).toBe(true)
    await proxy.restore()
    const both = () => Promise.all([readFeedHead(database.db), readFeedHead(database.db)])
    expect(await waitFor(both)).toHaveLength(2)
  })
})

test('a statement beyond its time limit is told as unavailable, and its connection stays', async () => {
  const slow = database.db
    .selectFrom('feed')
    .select((eb) => eb.fn('pg_sleep', [eb.lit(5)]).as('slept'))
    .execute()
  expect(isDatabaseUnavailable(await refusal(slow))).toBe(true)
  expect(await readFeedHead(database.db)).toMatchObject({ head: 0 })
  expect(proxy.connections()).toBe(2)
})
