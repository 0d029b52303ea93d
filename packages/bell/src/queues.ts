// Every BullMQ, Redis and timing setting of the bells. A bell may be lost, doubled or late; what
// these settings see to is that it is quick, leaves nothing behind and is never refused in silence.

import { randomUUID } from 'node:crypto'
import type { RedisOptions } from 'ioredis'
import type { Lane } from './lanes.ts'

/** Hash-tagged, so that a cluster keeps all keys of a queue on one node; Postgres ignores it. */
const prefix = '{renkei}'

export const jobName = 'ring'

export function queueName(lane: Lane): string {
  return `bell-${lane}`
}

/** A fresh id for each bell: BullMQ drops an add in silence while its job id is in use. */
export function bellId(): string {
  return randomUUID()
}

export const queueOptions = {
  prefix,
  skipVersionCheck: true,
  defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
  streams: { events: { maxLen: 100 } },
}

export const workerOptions = {
  prefix,
  skipVersionCheck: true,
  // Started by us once the store has answered: on Postgres a worker that starts before that
  // repeats the failed call without a pause and takes the whole process with it.
  autorun: false,
  concurrency: 1,
  drainDelay: 5,
  lockDuration: 30_000,
  skipLockRenewal: true,
  stalledInterval: 30_000,
  maxStalledCount: 1_000_000,
  runRetryDelay: 1_000,
}

const connectTimeoutMs = 2_000

/** One connection is one session: it never mends itself, `keep-open.ts` opens the next. */
const oneSession = {
  retryStrategy: null,
  connectTimeout: connectTimeoutMs,
  disconnectTimeout: 500,
  keepAlive: 10_000,
} satisfies RedisOptions

export const ringConnection = {
  ...oneSession,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
} satisfies RedisOptions

export const hearConnection = {
  ...oneSession,
  maxRetriesPerRequest: null,
  // Longer than `drainDelay`, the blocking read of an idle worker: only a dead line runs into it.
  commandTimeout: 8_000,
} satisfies RedisOptions

/** More waiting bells than these in one lane say nothing new; they mean that nobody listens. */
export const bellsWaitingMax = 100

/** After how many bells of a lane the ringing side looks how many wait. */
export const bellsPerLook = 50

export const timing = {
  /** The least time between two bells of one lane from one process. */
  gapMs: 20,
  /** How long the store may take to accept a bell before it counts as down. */
  addTimeoutMs: 500,
  /** How long Postgres may take for one statement of the queue. */
  answerTimeoutMs: 5_000,
  /** How long a new session may take until it works. */
  openTimeoutMs: 6_000,
  /** How long a graceful close may take before connections are cut. */
  closeTimeoutMs: 2_000,
  /** A session that held this long makes the next wait start from the shortest again. */
  steadyAfterMs: 5_000,
  /** Waits between sessions; the last one repeats. */
  reopenDelaysMs: [50, 100, 200, 400, 800, 1_000],
} as const
