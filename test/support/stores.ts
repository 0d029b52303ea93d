// The queue stores that a suite runs over: Postgres always, Redis where there is one.

import { type BellStore, openBell } from '@renkei/bell'
import { openBellPool } from '@renkei/db'
import { redisSkipReason, startRedis, type TestRedis } from '@renkei/testkit'

export interface TestStore {
  /** Undefined: the bells are kept in Postgres. */
  readonly redisUrl: string | undefined
  readonly redis: TestRedis | undefined
  readonly stop: () => Promise<void>
}

export const queueStores = [
  { name: 'Postgres', missing: undefined, start: startNone },
  { name: 'Redis', missing: redisSkipReason(), start: startRedisStore },
]

async function startNone(): Promise<TestStore> {
  return { redisUrl: undefined, redis: undefined, stop: async () => undefined }
}

async function startRedisStore(): Promise<TestStore> {
  const redis = await startRedis()
  if (!redis) throw new Error(redisSkipReason())
  return { redisUrl: redis.url, redis, stop: () => redis.stop() }
}

/** The ringing side, as the API has it. */
export function openTestBell(store: TestStore, databaseUrl: string) {
  const pool = store.redisUrl ? undefined : openBellPool(databaseUrl, () => undefined)
  const place: BellStore = pool
    ? { kind: 'postgres', pool: pool.pool }
    : { kind: 'redis', url: store.redisUrl ?? '' }
  const bell = openBell(place)
  return {
    bell,
    async close() {
      await bell.close()
      await pool?.close()
    },
  }
}
