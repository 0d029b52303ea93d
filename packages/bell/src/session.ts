// What ring.ts and listen.ts keep open: a link with its queues or its workers, from the first
// connection to the first fault.

import { withDeadline, waitAtMost } from './deadline.ts'
import type { AddBell } from './coalesce.ts'
import type { Session } from './keep-open.ts'
import { byLane, type Lane, lanes } from './lanes.ts'
import { laneQueue } from './lane-queue.ts'
import { type BellWorker, type Broken, openLink } from './link.ts'
import { timing } from './queues.ts'
import type { BellStore } from './store.ts'

export interface RingSession extends Session {
  readonly add: AddBell
}

export interface RingSessionOptions {
  readonly store: BellStore
  readonly addTimeoutMs: number
  /** Told when so many bells wait in a lane that nobody seems to listen. */
  readonly unheard: (lane: Lane, waiting: number) => void
}

/** Opens a session that puts bells into the store; a bell not taken in time ends it. */
export function openRingSession(options: RingSessionOptions): RingSession {
  const { store, addTimeoutMs, unheard } = options
  const fault = firstFault()
  const link = openLink(store, 'ring', fault.report)
  const queues = byLane((lane) => link.queue(lane))
  const adders = byLane((lane) => laneQueue(queues[lane], (waiting) => unheard(lane, waiting)))
  const all = Object.values(queues)
  for (const queue of all) queue.on('error', fault.report)

  async function add(lane: Lane): Promise<void> {
    try {
      await withDeadline(adders[lane](), addTimeoutMs, 'ring')
    } catch (error) {
      fault.report(error)
      throw error
    }
  }

  async function close(): Promise<void> {
    const closing = Promise.allSettled(all.map((queue) => queue.close()))
    await waitAtMost(closing, timing.closeTimeoutMs)
    link.cut()
  }

  const opening = all.map((queue) => queue.waitUntilReady())
  return { add, ready: whenReady(opening, fault.report), broken: fault.broken, close }
}

/** Opens a session that calls `hear` for each bell; it starts hearing once every lane can. */
export function openHearSession(store: BellStore, hear: (lane: Lane) => void): Session {
  const fault = firstFault()
  const link = openLink(store, 'hear', fault.report)
  const workers = lanes.map((lane) => link.worker(lane, () => hear(lane)))
  for (const worker of workers) worker.on('error', fault.report)

  async function start(): Promise<void> {
    await Promise.all(workers.map((worker) => worker.waitUntilReady()))
    for (const worker of workers) {
      worker.run().then(() => fault.report(new Error('worker stopped')), fault.report)
    }
  }

  async function close(graceful: boolean): Promise<void> {
    const stopping = Promise.allSettled(workers.map((worker) => stop(worker, graceful)))
    await waitAtMost(stopping, timing.closeTimeoutMs)
    link.cut()
  }
  return { ready: whenReady([start()], fault.report), broken: fault.broken, close }
}

async function stop(worker: BellWorker, graceful: boolean): Promise<void> {
  // A forced close leaves the wait for the next bell running, on Postgres with its timer.
  if (!graceful)
    void worker
      .getBackend()
      .disconnectBlocking(false)
      .catch(() => undefined)
  await worker.close(!graceful)
}

function whenReady(parts: Promise<unknown>[], broken: Broken): Promise<void> {
  const opened = withDeadline(Promise.all(parts), timing.openTimeoutMs, 'open')
  return new Promise((resolve) => {
    opened.then(() => resolve(), broken)
  })
}

function firstFault() {
  const { promise: broken, resolve } = Promise.withResolvers<Error>()
  const report = (reason: unknown) => {
    resolve(reason instanceof Error ? reason : new Error(String(reason)))
  }
  return { broken, report }
}
