// Events that are being delivered, kept in memory while they are: one read serves all receivers.
// Reads that are asked for together are done together.

import { type Db, type FeedEvent, readEvents } from '@renkei/db'

export interface EventStore {
  /** Resolves to the event; rejects when there is none, or the database is away. */
  get(seq: number): Promise<FeedEvent>
}

const keptMax = 512

export function makeEventStore(db: Db): EventStore {
  const kept = new Map<number, Promise<FeedEvent>>()
  const load = batchLoader(db)
  return {
    get(seq) {
      const known = kept.get(seq)
      if (known) return known
      const loading = load(seq)
      kept.set(seq, loading)
      // A failed read is not remembered.
      loading.catch(() => kept.delete(seq))
      const oldest = kept.size > keptMax ? kept.keys().next().value : undefined
      if (oldest !== undefined) kept.delete(oldest)
      return loading
    },
  }
}

interface Asked {
  readonly seq: number
  readonly resolve: (event: FeedEvent) => void
  readonly reject: (error: unknown) => void
}

function batchLoader(db: Db): (seq: number) => Promise<FeedEvent> {
  let asked: Asked[] = []
  const read = async () => {
    const batch = asked
    asked = []
    try {
      const events = await readEvents(
        db,
        batch.map(({ seq }) => seq),
      )
      const bySeq = new Map(events.map((event) => [event.seq, event]))
      for (const { seq, resolve, reject } of batch) {
        const event = bySeq.get(seq)
        if (event) resolve(event)
        else reject(new Error(`there is no event ${seq}`))
      }
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
  return (seq) =>
    new Promise((resolve, reject) => {
      asked.push({ seq, resolve, reject })
      if (asked.length === 1) setImmediate(() => void read())
    })
}
