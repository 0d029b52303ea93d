// What a batch of recorded attempts shows of each endpoint, in the order in which they were made.

import type { Tally } from './health-policy.ts'
import type { TriedDelivery } from './tried-delivery.ts'

/** Sums up attempts by subscription; those that tell nothing of their endpoint are left out. */
export function tallyOf(tried: readonly TriedDelivery[]): Map<string, Tally> {
  const tallies = new Map<string, Tally>()
  for (const one of tried) {
    if (!tells(one)) continue
    tallies.set(one.subscriptionId, add(tallies.get(one.subscriptionId), one))
  }
  return tallies
}

// A receiver that asks for time is left alone, though that it is busy does not speak against it.
function tells({ result, countsAgainstHealth, askedMs }: TriedDelivery): boolean {
  if (result === 'retry') return countsAgainstHealth || askedMs > 0
  return result === 'delivered'
}

function add(before: Tally | undefined, one: TriedDelivery): Tally {
  const { level, status: lastStatus, reason: lastReason } = one
  if (one.result === 'delivered') {
    const none = { lastStatus: null, lastReason: null, level: 0, askedMs: 0, slow: false }
    return { ...none, failures: 0, succeeded: true }
  }
  return {
    failures: (before?.failures ?? 0) + (one.countsAgainstHealth ? 1 : 0),
    succeeded: before?.succeeded ?? false,
    lastStatus,
    lastReason,
    level: Math.max(before?.level ?? 0, level),
    askedMs: Math.max(before?.askedMs ?? 0, one.askedMs),
    slow: one.slow,
  }
}
