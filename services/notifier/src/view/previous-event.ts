// Which event came before this one in a subscriber's view. Computed from the facts of the feed, not
// from what was sent: it is the same whatever order lanes and retries take, and after a restart.

import { type Db, type EventFacts, readFactsBefore } from '@renkei/db'
import { hear, type ShareFinder, type SubscriptionFilter, type Viewer } from '@renkei/schema'

export interface View extends Viewer {
  readonly filter: SubscriptionFilter
  /** The feed number at which the view began. */
  readonly viewSince: number
}

export interface PreviousEvents {
  /** Resolves to the feed number of the event before, or to where the view began. */
  before(event: EventFacts, view: View): Promise<number>
}

const chunk = 500
const factsMax = 50_000
const viewsMax = 20_000
// A view that nothing has matched for so long is taken as beginning there: the answer is then older
// than the truth, never newer, so no receiver sees a gap where there is none.
const walkMax = 100_000

/**
 * Makes the finder of a process. Of the facts of an event only its label can change, by narrowing, and
 * that changes as what it is heard, not whether: so what was read stays true.
 */
export function makePreviousEvents(db: Db, find: ShareFinder): PreviousEvents {
  const facts = makeFacts(db)
  // The last event known to belong to a view: nobody needs to look further back.
  const last = new Map<string, number>()
  return {
    async before(event, view) {
      const { seq } = event
      facts.keep(event)
      const key = keyOf(view)
      const known = last.get(key) ?? 0
      const floor = known < seq ? known : 0
      // What is delivered after its view has ended is placed in the feed as the present filter sees it.
      const since = view.viewSince < seq ? view.viewSince : 0
      const stop = Math.max(floor, since, seq - walkMax)
      let at = seq - 1
      while (at > stop && !belongs(await facts.get(at), view, find)) at -= 1
      if (seq > known && belongs(event, view, find)) remember(last, key, seq)
      return at > stop ? at : Math.max(since, floor)
    },
  }
}

function belongs(fact: EventFacts | undefined, view: View, find: ShareFinder): boolean {
  return fact !== undefined && hear(view, view.filter, fact, find) !== undefined
}

// Facts are read in chunks; those who want the same chunk at the same time share one read.
function makeFacts(db: Db) {
  const facts = new Map<number, EventFacts>()
  const reading = new Map<number, Promise<void>>()
  const keep = (event: EventFacts) => {
    if (facts.has(event.seq)) return
    if (facts.size > factsMax) facts.clear()
    facts.set(event.seq, withoutContent(event))
  }
  const read = async (seq: number) => {
    for (const fact of await readFactsBefore(db, seq + 1, chunk)) keep(fact)
  }
  const get = async (seq: number): Promise<EventFacts | undefined> => {
    const known = facts.get(seq)
    if (known) return known
    const shared = reading.get(seq) ?? read(seq).finally(() => reading.delete(seq))
    reading.set(seq, shared)
    await shared
    return facts.get(seq)
  }
  return { keep, get }
}

function withoutContent(event: EventFacts): EventFacts {
  const { seq, organisationId, kinds, messageStatus, level, peakLevel } = event
  const { tlp, toldAt, owners, services, prefectures, recipients } = event
  const judged = { tlp, toldAt, owners, services, prefectures, recipients }
  return { seq, organisationId, kinds, messageStatus, level, peakLevel, ...judged }
}

function remember(last: Map<string, number>, key: string, seq: number): void {
  if (last.size > viewsMax) last.clear()
  last.set(key, seq)
}

function keyOf(view: View): string {
  return `${view.organisationId} ${view.organisationKind} ${JSON.stringify(view.filter)}`
}
