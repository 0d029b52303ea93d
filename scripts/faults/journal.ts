// What those outside of Renkei have seen: the poster its success answers, the receivers what reached
// them, the readers of the feed what they read. The verdict rests on this and on nothing else but the
// reasons in the ledger.

export interface Accepted {
  readonly reportId: string
  readonly revision: number
  readonly eventId: string
  readonly level: number
}

export interface Receipt {
  readonly subscriptionId: string
  readonly eventId: string
  readonly reportId: string
  readonly revision: number
  /** True when the receiver said 2xx: from then on it is its own matter. */
  readonly taken: boolean
}

export interface FeedSighting {
  readonly eventId: string
  readonly cursor: string
  readonly previous: string
  /** False of notices, which nobody posts. */
  readonly isReport: boolean
}

export interface Reader {
  readonly name: string
  readonly sightings: readonly FeedSighting[]
}

export interface Subscriber {
  readonly subscriptionId: string
  readonly name: string
  readonly mode: 'latest' | 'all'
}

/** What ended without a delivery, as the ledger has it. */
export interface Ended {
  readonly eventId: string
  readonly subscriptionId: string
  readonly outcome: string
  readonly reason: string
}

export interface Journal {
  readonly accepted: Accepted[]
  /** In order of arrival. */
  readonly receipts: Receipt[]
  /** What should never be: a bad signature, a refusal, a connection to where none may be. */
  readonly alarms: string[]
}

export function makeJournal(): Journal {
  return { accepted: [], receipts: [], alarms: [] }
}
