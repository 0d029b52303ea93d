// The link to Postgres, over the pool of the caller. BullMQ gets a guarded view of that pool.

import { createPostgresBackend, withBackend } from 'bullmq'
import { guardPool } from './guard-pool.ts'
import type { Broken, Link } from './link.ts'
import { queueName, queueOptions, workerOptions } from './queues.ts'
import type { BellStorePool } from './store.ts'

const { Queue, Worker } = withBackend(createPostgresBackend)

export function openPostgresLink(pool: BellStorePool, broken: Broken): Link {
  const guarded = guardPool(pool, broken)
  const connection = guarded.pool
  return {
    queue: (lane) => new Queue(queueName(lane), { ...queueOptions, connection }),
    worker: (lane, hear) =>
      new Worker(queueName(lane), async () => hear(), { ...workerOptions, connection }),
    cut: () => guarded.cut(),
  }
}
