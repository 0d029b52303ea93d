// The two stores of the conformance suite, each on a server that the suite may stop and start, and
// behind a line that it may silence.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBellPool, withClient } from '@renkei/db'
import { startEmbeddedPostgres } from '@renkei/embedded'
import { redisSkipReason, startRedis, startTcpProxy, type TcpProxy } from '@renkei/testkit'
import { type BellStore, migrateBellStore } from '../src/index.ts'

export interface StoreUnderTest {
  readonly store: BellStore
  readonly line: TcpProxy
  wipe(): Promise<void>
  stop(): Promise<void>
  start(): Promise<void>
  end(): Promise<void>
}

export const storesUnderTest = [
  { name: 'Redis', missing: redisSkipReason(), start: startRedisStore },
  { name: 'Postgres', missing: undefined, start: startPostgresStore },
]

async function startRedisStore(): Promise<StoreUnderTest> {
  const server = await startRedis()
  if (server === undefined) throw new Error(redisSkipReason())
  const line = await startTcpProxy(server.url)
  return {
    store: { kind: 'redis', url: line.url },
    line,
    wipe: () => server.flush(),
    // A server that was lent to the tests keeps running; then only the line is down.
    stop: () => (server.isOurs ? server.kill() : line.refuse()),
    start: () => (server.isOurs ? server.restart() : line.restore()),
    async end() {
      await line.close()
      await server.stop()
    },
  }
}

async function startPostgresStore(): Promise<StoreUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'renkei-bell-'))
  const server = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    database: 'bells',
    ephemeral: true,
  })
  await withClient(server.url, migrateBellStore)
  const line = await startTcpProxy(server.url)
  const bells = openBellPool(line.url, () => undefined)
  return {
    store: { kind: 'postgres', pool: bells.pool },
    line,
    wipe: async () => void (await withClient(server.url, (client) => client.query(truncate))),
    stop: async () => server.kill(),
    start: () => server.restart(),
    async end() {
      await bells.close()
      await line.close()
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const truncate =
  'truncate bullmq.job, bullmq.event, bullmq.meta, bullmq.metrics, bullmq.dedup cascade'
