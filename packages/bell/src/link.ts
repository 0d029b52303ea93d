// One way to both stores: a link makes queues to ring with and workers to hear with, on connections
// that last as long as the link. What breaks it is told once per fault and ends the session.

import type { Lane } from './lanes.ts'
import { openPostgresLink } from './postgres-link.ts'
import { openRedisLink } from './redis-link.ts'
import type { BellStore } from './store.ts'

/** What is used of a BullMQ `Queue`. */
export interface BellQueue {
  waitUntilReady(): Promise<unknown>
  add(name: string, data: object, options: { jobId: string }): Promise<unknown>
  getWaitingCount(): Promise<number>
  on(event: 'error', listener: (error: Error) => void): unknown
  close(): Promise<void>
}

/** What is used of a BullMQ `Worker`. */
export interface BellWorker {
  waitUntilReady(): Promise<unknown>
  run(): Promise<void>
  on(event: 'error', listener: (error: Error) => void): unknown
  getBackend(): { disconnectBlocking(wait?: boolean): Promise<void> }
  close(force?: boolean): Promise<void>
}

export interface Link {
  queue(lane: Lane): BellQueue
  worker(lane: Lane, hear: () => void): BellWorker
  /** Ends every connection of the link at once; what waits on one is rejected. */
  cut(): void
}

export type Side = 'ring' | 'hear'

export type Broken = (reason: Error) => void

/** Opens a link; it connects by itself and says so through its queues and workers. */
export function openLink(store: BellStore, side: Side, broken: Broken): Link {
  return store.kind === 'redis'
    ? openRedisLink(store.url, side, broken)
    : openPostgresLink(store.pool, broken)
}
