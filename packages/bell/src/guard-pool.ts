// The view of a pool that one session gives to BullMQ. It adds what a session needs and BullMQ
// lacks: a limit on every statement, an error listener on every lent connection (without one, a
// lost connection ends the process), and an end to everything that is still out when it is cut.
// It shows no `keepAlive` setting: BullMQ then looks for bells itself every 10 s at the latest.

import type { PgPool, PgPoolClient } from 'bullmq'
import type { Broken } from './link.ts'
import { timing } from './queues.ts'
import { type BellStoreClient, type BellStorePool, shield } from './store.ts'

export interface GuardedPool {
  readonly pool: PgPool
  cut(): void
}

/** Wraps the pool for one session; `broken` hears of idle connections lost and answers overdue. */
export function guardPool(pool: BellStorePool, broken: Broken): GuardedPool {
  const lent = new Set<PgPoolClient>()
  let isCut = false
  pool.on('error', broken)

  async function connect(): Promise<PgPoolClient> {
    const client = lend(await pool.connect(), broken, lent)
    if (!isCut) return client
    client.release(true)
    throw new Error('connection cut')
  }

  async function query(text: string, params?: readonly unknown[]) {
    const client = await connect()
    let failed = true
    try {
      const result = await client.query(text, params)
      failed = false
      return result
    } finally {
      client.release(failed)
    }
  }

  const guarded: PgPool = {
    connect,
    query,
    end: async () => undefined,
    // BullMQ listens for errors of the pool here; this session hears of them by itself.
    on: () => guarded,
    removeAllListeners: () => guarded,
  }

  function cut(): void {
    isCut = true
    pool.removeListener('error', broken)
    for (const client of lent) client.release(true)
  }

  return { pool: guarded, cut }
}

function lend(client: BellStoreClient, broken: Broken, lent: Set<PgPoolClient>): PgPoolClient {
  shield(client)

  async function query(text: string, params?: readonly unknown[]) {
    const late = new Error(`no answer within ${timing.answerTimeoutMs} ms`)
    const timer = setTimeout(() => broken(late), timing.answerTimeoutMs)
    try {
      return await client.query(text, params)
    } finally {
      clearTimeout(timer)
    }
  }

  function release(destroy = false): void {
    // BullMQ gives back what a cut has already taken; the pool would throw.
    if (!lent.delete(loan)) return
    client.release(destroy)
  }

  const loan: PgPoolClient = {
    query,
    release,
    on(event: 'error' | 'end' | 'notification', listener: unknown) {
      client.on(event, listener as () => void)
      return loan
    },
    removeListener(event, listener) {
      client.removeListener(event, listener as () => void)
      return loan
    },
    // Asked for all, BullMQ means its own; the error listener has to outlive the connection.
    removeAllListeners() {
      client.removeAllListeners('notification')
      return loan
    },
  }
  lent.add(loan)
  return loan
}
