// The link to a Redis or Valkey: one connection for all lanes, and one more per worker on which
// BullMQ waits for bells.

import { createRedisBackend, withBackend } from 'bullmq'
import { Redis } from 'ioredis'
import type { Broken, Link, Side } from './link.ts'
import { hearConnection, queueName, queueOptions, ringConnection, workerOptions } from './queues.ts'

const { Queue, Worker } = withBackend(createRedisBackend)

export function openRedisLink(url: string, side: Side, broken: Broken): Link {
  const connection = new Redis(url, side === 'ring' ? ringConnection : hearConnection)
  connection.on('error', broken)
  connection.on('close', () => broken(new Error('connection closed')))
  return {
    queue: (lane) => new Queue(queueName(lane), { ...queueOptions, connection }),
    worker: (lane, hear) =>
      new Worker(queueName(lane), async () => hear(), { ...workerOptions, connection }),
    cut: () => connection.disconnect(),
  }
}
