// Which event came before this one in a subscriber's view. Computed from the facts of the feed, not
// from what was sent: it is the same whatever order lanes and retries take, and after a restart.

import { type Db, type EventFacts, readFactsBefore } from '@renkei/db'
import { matches, type SubscriptionFilter, type Viewer } from '@renkei/schema'

export interface View extends Viewer {
  readonly filter: SubscriptionFilter
  /** The feed number at which the view began. */
  readonly viewSince: number
}

export interface PreviousEvents {
  /** Resolves to the feed number of the event before, or to where the view began. */
  before(seq: number, view: View): Promise<number>
}

const chunk = 500
const factsMax = 50_000
const viewsMax = 20_000
// A view that nothing has matched for so long is taken as beginning there: the answer is then older
// than the truth, never newer, so no receiver sees a gap where there is none.
const walkMax = 100_000

interface Walked {
  readonly upTo: number
  readonly last: number
}

/** Makes the finder of a process; the facts of events never change, so what it has read stays true. */
export function makePreviousEvents(db: Db): PreviousEvents {
  const facts = new Map<number, EventFacts>()
  const walked = new Map<string, Walked>()
  const factsOf = async (seq: number): Promise<EventFacts | undefined> => {
    if (!facts.has(seq)) {
      if (facts.size > factsMax) facts.clear()
      for (const fact of await readFactsBefore(db, seq + 1, chunk)) facts.set(fact.seq, fact)
    }
    return facts.get(seq)
  }
  return {
    async before(seq, view) {
      const key = keyOf(view)
      const known = walked.get(key)
      const floor = known && known.upTo < seq ? known.upTo : 0
      let at = seq - 1
      const stop = Math.max(floor, view.viewSince, seq - walkMax)
      while (at > stop) {
        const fact = await factsOf(at)
        if (fact && matches(view, view.filter, fact)) break
        at -= 1
      }
      const found = at > stop ? at : Math.max(view.viewSince, floor > 0 ? (known?.last ?? 0) : 0)
      if (!known || known.upTo < seq) remember(walked, key, { upTo: seq, last: seq })
      return found
    },
  }
}

function remember(walked: Map<string, Walked>, key: string, value: Walked): void {
  if (walked.size > viewsMax) walked.clear()
  walked.set(key, value)
}

function keyOf(view: View): string {
  return `${view.organisationId} ${view.organisationKind} ${JSON.stringify(view.filter)}`
}
