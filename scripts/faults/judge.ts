// The verdict, from what was seen outside: was everything that was accepted received, in order, once in
// the feed? Pure; the run gathers, this judges.

import type { Accepted, Ended, Journal, Reader, Receipt, Subscriber } from './journal.ts'

export interface Evidence extends Journal {
  readonly subscribers: readonly Subscriber[]
  readonly readers: readonly Reader[]
  /** Dead and refused deliveries of the ledger. */
  readonly ended: readonly Ended[]
  /** Faults that the books of Renkei show by themselves: events that do not balance, what still waits. */
  readonly books: readonly string[]
}

export interface Totals {
  readonly accepted: number
  readonly owed: number
  readonly delivered: number
  /** Taken once more: allowed, and told. */
  readonly duplicates: number
  readonly superseded: number
  readonly dead: number
  readonly lost: number
}

export interface Verdict {
  readonly totals: Totals
  /** One line each; none when all is well. */
  readonly faults: readonly string[]
}

/** Judges a run: its totals, and a line for everything that is lost, out of order or not as it must be. */
export function judge(evidence: Evidence): Verdict {
  const taken = countTaken(evidence.receipts)
  const ended = new Map(evidence.ended.map((end) => [keyOf(end), end]))
  const counts = { delivered: 0, superseded: 0, dead: 0 }
  const lost: string[] = []
  for (const subscriber of evidence.subscribers) {
    const newest = newestTaken(evidence.receipts, subscriber)
    for (const event of evidence.accepted) {
      const key = keyOf({ eventId: event.eventId, ...subscriber })
      const isOvertaken = (newest.get(event.reportId) ?? 0) > event.revision
      if (taken.has(key)) counts.delivered += 1
      else if (subscriber.mode === 'latest' && isOvertaken) counts.superseded += 1
      else if (ended.get(key)?.reason) counts.dead += 1
      else lost.push(`lost: ${describe(event)} never reached ${subscriber.name}`)
    }
  }
  const repeats = [...taken.values()].reduce((sum, times) => sum + times - 1, 0)
  const { accepted, subscribers } = evidence
  return {
    totals: {
      accepted: accepted.length,
      owed: accepted.length * subscribers.length,
      delivered: counts.delivered,
      duplicates: repeats,
      superseded: counts.superseded,
      dead: counts.dead,
      lost: lost.length,
    },
    faults: [
      ...lost,
      ...givenUp(evidence),
      ...outOfOrder(evidence, ended),
      ...unasked(evidence),
      ...evidence.readers.flatMap((reader) => feedFaults(reader, accepted)),
      ...evidence.books,
      ...evidence.alarms,
    ],
  }
}

type Key = Pick<Receipt, 'eventId' | 'subscriptionId'>

const keyOf = ({ eventId, subscriptionId }: Key) => `${eventId} ${subscriptionId}`

const describe = ({ reportId, revision, level }: Accepted) =>
  `report ${reportId} revision ${revision} (level ${level})`

function countTaken(receipts: readonly Receipt[]): Map<string, number> {
  const times = new Map<string, number>()
  for (const receipt of receipts) {
    if (receipt.taken) times.set(keyOf(receipt), (times.get(keyOf(receipt)) ?? 0) + 1)
  }
  return times
}

function newestTaken(receipts: readonly Receipt[], { subscriptionId }: Subscriber) {
  const newest = new Map<string, number>()
  for (const { reportId, revision, ...receipt } of receipts) {
    if (!receipt.taken || receipt.subscriptionId !== subscriptionId) continue
    newest.set(reportId, Math.max(newest.get(reportId) ?? 0, revision))
  }
  return newest
}

// A run lasts minutes, a receiver has days: no fault of a plan may end a delivery.
function givenUp({ accepted, subscribers, ended }: Evidence): string[] {
  const events = new Map(accepted.map((event) => [event.eventId, event]))
  const names = new Map(subscribers.map(({ subscriptionId, name }) => [subscriptionId, name]))
  return ended.flatMap(({ eventId, subscriptionId, reason }) => {
    const event = events.get(eventId)
    const name = names.get(subscriptionId)
    return event && name ? [`given up: ${describe(event)} for ${name} (${reason})`] : []
  })
}

// Mode all: no revision comes for the first time before those before it were taken or given up.
function outOfOrder(evidence: Evidence, ended: ReadonlyMap<string, Ended>): string[] {
  const faults: string[] = []
  const events = new Map(evidence.accepted.map((event) => [nameOf(event), event]))
  for (const { subscriptionId, name, mode } of evidence.subscribers) {
    if (mode !== 'all') continue
    const seen = new Set<string>()
    const had = new Set<string>()
    for (const receipt of evidence.receipts) {
      if (receipt.subscriptionId !== subscriptionId) continue
      const before = events.get(nameOf({ ...receipt, revision: receipt.revision - 1 }))
      const isFirst = !seen.has(receipt.eventId)
      seen.add(receipt.eventId)
      if (receipt.taken) had.add(receipt.eventId)
      if (!isFirst || !before || had.has(before.eventId)) continue
      if (ended.has(keyOf({ eventId: before.eventId, subscriptionId }))) continue
      faults.push(
        `out of order: revision ${receipt.revision} of report ${receipt.reportId} came to ${name} before the one before it`,
      )
    }
  }
  return faults
}

const nameOf = ({ reportId, revision }: Pick<Accepted, 'reportId' | 'revision'>) =>
  `${reportId} ${revision}`

// Nobody is told of what nobody was promised: each answer was repeated until it was had.
function unasked({ receipts, accepted }: Evidence): string[] {
  const known = new Set(accepted.map(({ eventId }) => eventId))
  const others = new Set(receipts.map(({ eventId }) => eventId).filter((id) => !known.has(id)))
  return [...others].map((id) => `unasked: event ${id} was sent, and belongs to no answer`)
}

function feedFaults({ name, sightings }: Reader, accepted: readonly Accepted[]): string[] {
  const faults: string[] = []
  const seen = new Set<string>()
  let last: string | undefined
  for (const { eventId, cursor, previous } of sightings) {
    if (seen.has(eventId)) faults.push(`feed: ${name} saw event ${eventId} twice`)
    if (last !== undefined && previous !== last) {
      faults.push(`feed: to ${name} came ${cursor}, which follows ${previous}, after ${last}`)
    }
    seen.add(eventId)
    last = cursor
  }
  const promised = new Set(accepted.map(({ eventId }) => eventId))
  const missed = [...promised].filter((id) => !seen.has(id))
  const reports = sightings.filter(({ isReport }) => isReport)
  const extra = reports.map(({ eventId }) => eventId).filter((id) => !promised.has(id))
  return [
    ...faults,
    ...missed.map((id) => `feed: ${name} never saw event ${id}`),
    ...extra.map((id) => `feed: ${name} saw event ${id}, which belongs to no answer`),
  ]
}
