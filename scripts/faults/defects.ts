// Defects that a run must find. Each is made outside of the product: in what stands between it and its
// poster, its receivers or its readers, or by taking rows from its tables behind its back.

import { setTimeout as pause } from 'node:timers/promises'
import { newId, withClient } from '@renkei/db'
import type { Accepted, Receipt, Subscriber } from './journal.ts'

export interface Defect {
  readonly about: string
  /** Answers in place of the API, which never sees the request. */
  readonly instead?: () => Accepted | undefined
  /** What the receiver keeps in its books of what it has taken. */
  readonly pass?: (receipt: Receipt, subscriber: Subscriber) => readonly Receipt[]
  /** False: the reader of the feed never sees the event. */
  readonly passes?: () => boolean
  /** Done to the database again and again while there is load. */
  readonly spoil?: (databaseUrl: string) => Promise<void>
  /** Done when Redis is wiped or stopped. */
  readonly onRedisLost?: (databaseUrl: string) => Promise<void>
}

/** The defects by name; each call makes one anew. */
export const defects: Readonly<Record<string, () => Defect>> = {
  'ack-before-commit': () => ({
    about: 'every 20th report gets its success answer before it is stored, and then is not',
    instead: everyNth(20, () => ({
      reportId: newId(),
      revision: 1,
      eventId: newId(),
      level: 1,
    })),
  }),
  'drop-on-redis': () => ({
    about: 'what waits is kept in Redis only: when Redis loses its data, it is gone',
    async onRedisLost(url) {
      for (let time = 0; time < 40; time += 1) {
        await run(url, 'DELETE FROM delivery_queue')
        await pause(25)
      }
    },
  }),
  'forget-failed': () => ({
    about: 'a delivery that has failed is forgotten',
    spoil: (url) =>
      run(url, 'DELETE FROM delivery_queue WHERE attempts >= 1 AND claimed_by IS NULL'),
  }),
  'give-up-early': () => ({
    about: 'a delivery that has failed once is given up, with a reason, in books that balance',
    spoil: (url) =>
      run(
        url,
        `WITH gone AS (
           DELETE FROM delivery_queue WHERE attempts >= 1 AND claimed_by IS NULL RETURNING *)
         INSERT INTO delivery_outcomes (seq, subscription_id, outcome, reason, attempts, round)
         SELECT seq, subscription_id, 'dead', 'it failed once', attempts, round FROM gone`,
      ),
  }),
  swallow: () => {
    const swallows = everyNth(100, () => true)
    return {
      about: 'a proxy says yes to every 100th delivery and does not pass it on',
      pass: (receipt) => (receipt.taken && swallows() ? [] : [receipt]),
    }
  },
  reorder: () => {
    const held = new Map<string, Receipt>()
    return {
      about: 'a proxy keeps the first revision of a report back until the second has passed',
      pass: (receipt, { subscriptionId }) => {
        const key = `${subscriptionId} ${receipt.reportId}`
        const first = held.get(key)
        held.delete(key)
        if (first) return [receipt, first]
        if (receipt.revision !== 1 || !receipt.taken) return [receipt]
        held.set(key, receipt)
        return []
      },
    }
  },
  'skip-event': () => {
    const skips = everyNth(50, () => true)
    return {
      about: 'a reader of the feed never gets every 50th event',
      passes: () => skips() === undefined,
    }
  },
}

function everyNth<T>(n: number, make: () => T): () => T | undefined {
  let count = 0
  return () => {
    count += 1
    return count % n === 0 ? make() : undefined
  }
}

async function run(url: string, statement: string): Promise<void> {
  // While Postgres is away there is nothing to spoil.
  await withClient(url, (client) => client.query(statement)).catch(() => undefined)
}
