// Events that are being delivered, kept in memory while they are: one read serves all receivers.
// Reads that are asked for together are done together.

import { type Db, type FeedEvent, readEvents } from '@renkei/db'
import { openRevision, openRevisions, type Vault } from '@renkei/vault'

export interface EventStore {
  /** Resolves to the event; rejects when there is none, or the database is away. */
  get(seq: number): Promise<FeedEvent>
  /** Spares a read of an event that is at hand, as it is stored. */
  keep(event: FeedEvent): void
}

const keptMax = 512
// A label may be narrowed after an event was read: none is used for longer than this.
const keptMs = 1000

interface Kept {
  readonly event: Promise<FeedEvent>
  readonly until: number
}

export function makeEventStore(db: Db, vault: Vault): EventStore {
  const kept = new Map<number, Kept>()
  const load = batchLoader(db, vault)
  const remember = (seq: number, event: Promise<FeedEvent>) => {
    // What could not be read or opened is not remembered.
    event.catch(() => kept.delete(seq))
    kept.delete(seq)
    kept.set(seq, { event, until: performance.now() + keptMs })
    const oldest = kept.size > keptMax ? kept.keys().next().value : undefined
    if (oldest !== undefined) kept.delete(oldest)
    return event
  }
  return {
    get(seq) {
      const known = kept.get(seq)
      if (known && known.until > performance.now()) return known.event
      return remember(seq, load(seq))
    },
    keep(event) {
      void remember(event.seq, openRevision(vault, event))
    },
  }
}

interface Asked {
  readonly seq: number
  readonly resolve: (event: FeedEvent) => void
  readonly reject: (error: unknown) => void
}

function batchLoader(db: Db, vault: Vault): (seq: number) => Promise<FeedEvent> {
  let asked: Asked[] = []
  const read = async () => {
    const batch = asked
    asked = []
    try {
      const seqs = batch.map(({ seq }) => seq)
      const events = await openRevisions(vault, await readEvents(db, seqs))
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
