// Follows the end of the feed for all readers of this process: looks at once when this process has
// stored something, and every `pollMs` for what others stored. Keeps the last events in memory, so
// that a thousand sockets cost one query. The table is the only source; this is a window on it.

import { isDeepStrictEqual } from 'node:util'
import {
  type Db,
  type FeedEvent,
  readEventsAfter,
  readFeedHead,
  type SharingBook,
} from '@renkei/db'
import { narrower, type Report } from '@renkei/schema'
import type { Logger } from '@renkei/service-kit'
import { openRevisions, type Vault } from '@renkei/vault'

export interface FeedTailDeps {
  readonly db: Db
  /** As new as the events that are handed out. */
  readonly sharing: SharingBook
  readonly vault: Vault
  readonly log: Logger
  readonly pollMs: number
  readonly bufferedEventsMax: number
}

export interface FeedTail {
  /** Finds what is shared, as of the events that were handed out last. */
  readonly findShare: SharingBook['find']
  readonly epoch: () => string
  /** The feed number up to which events have been seen here. */
  head(): number
  /**
   * Whether the feed goes as far as a feed number, which another process may have stored a moment
   * ago; rejects when that cannot be read.
   */
  reaches(seq: number): Promise<boolean>
  /** Events after a feed number, oldest first, from memory or else from the table. */
  eventsAfter(seq: number, limit: number): Promise<readonly FeedEvent[]>
  /** Calls back whenever the head has moved; the function returned ends that. */
  onAdvance(listener: () => void): () => void
  /** Looks now instead of at the next poll. */
  readonly poke: () => void
  readonly stop: () => Promise<void>
}

const readMax = 500

/** Starts following at the present end of the feed; rejects when the database cannot be read. */
export async function startFeedTail(deps: FeedTailDeps): Promise<FeedTail> {
  let { epoch, head } = await readFeedHead(deps.db)
  let buffer: FeedEvent[] = []
  const listeners = new Set<() => void>()
  const looker = makeLooker(deps, async () => {
    // While nobody waits for the events it is enough to know how far they go; who comes later has
    // them read.
    const nobody = listeners.size === 0
    const events = nobody ? [] : await readOpened(deps, head, readMax)
    const end = nobody ? (await readFeedHead(deps.db)).head : (events.at(-1)?.seq ?? head)
    // What was agreed before an event holds for it: the terms are read after it.
    await deps.sharing.refresh(deps.db)
    if (end <= head) return false
    buffer = nobody ? [] : relabelled([...buffer, ...events]).slice(-deps.bufferedEventsMax)
    head = end
    for (const listener of listeners) listener()
    return events.length === readMax
  })
  return {
    findShare: deps.sharing.find,
    epoch: () => epoch,
    head: () => head,
    async reaches(seq) {
      if (seq <= head) return true
      const feed = await readFeedHead(deps.db)
      looker.poke()
      return seq <= feed.head
    },
    async eventsAfter(seq, limit) {
      if (seq >= head) return []
      const oldest = buffer[0]?.seq ?? head + 1
      if (seq + 1 < oldest) return readFromTable(deps, seq, limit)
      return buffer.slice(seq + 1 - oldest, seq + 1 - oldest + limit)
    },
    onAdvance(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    poke: looker.poke,
    stop: looker.stop,
  }
}

async function readOpened({ db, vault }: FeedTailDeps, seq: number, limit: number) {
  return openRevisions(vault, await readEventsAfter(db, seq, limit))
}

async function readFromTable(deps: FeedTailDeps, seq: number, limit: number) {
  const events = await readOpened(deps, seq, limit)
  await deps.sharing.refresh(deps.db)
  return events
}

// What a revision narrows, it narrows of the revisions in memory, too.
function relabelled(events: readonly FeedEvent[]): FeedEvent[] {
  const latest = new Map(events.map((event) => [event.reportId, event]))
  return events.map((event) => {
    const now = latest.get(event.reportId)
    if (event.reportId === null || !now || now === event) return event
    const { markings: markingsNow = null } = now.content as Partial<Report>
    const tlp = narrower(now.tlp, event.tlp)
    const isSame = tlp === event.tlp && isDeepStrictEqual(markingsNow, event.markingsNow)
    return isSame ? event : { ...event, tlp, markingsNow }
  })
}

// Looks never overlap; a poke during a look leads to one more.
function makeLooker(deps: FeedTailDeps, look: () => Promise<boolean>) {
  let looking: Promise<void> | undefined
  let again = false
  let failing = false
  let stopped = false
  const run = async () => {
    do {
      again = false
      try {
        again = (await look()) || again
        if (failing) deps.log.info('feed.recovered')
        failing = false
      } catch (error) {
        if (!failing) deps.log.warn({ err: error }, 'feed.unreadable')
        failing = true
      }
    } while (again && !stopped && !failing)
    looking = undefined
  }
  const poke = () => {
    again = true
    if (!stopped) looking ??= run()
  }
  const timer = setInterval(poke, deps.pollMs)
  return {
    poke,
    stop: async () => {
      stopped = true
      clearInterval(timer)
      await looking
    },
  }
}
