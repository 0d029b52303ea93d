// Whether the demo showed what it promises.

import type { DemoPeer } from './peer.ts'
import type { LedgerCounts } from './print.ts'
import type { Posted } from './replay.ts'

/** Lists everything that is not as it must be; an empty list is success. */
export function findFaults(
  posted: readonly Posted[],
  peers: readonly DemoPeer[],
  ledgers: readonly LedgerCounts[],
): string[] {
  const missing = peers.flatMap((peer) => {
    const seen = new Set(peer.sightings.map((sighting) => sighting.eventId))
    const missed = posted.filter(({ eventId }) => !seen.has(eventId))
    return missed.map(({ index }) => `${peer.name} did not see step ${index + 1}`)
  })
  const strange = peers.flatMap((peer) => {
    const ids = new Set(posted.map(({ eventId }) => eventId))
    const counted = peer.sightings.filter((sighting) => ids.has(sighting.eventId)).length
    return counted > posted.length ? [`${peer.name} saw an event twice`] : []
  })
  const unbalanced = ledgers.flatMap((ledger, index) =>
    ledger.balances ? [] : [`the ledger of step ${index + 1} does not balance`],
  )
  const waiting = ledgers.flatMap((ledger, index) =>
    ledger.waiting > 0 ? [`step ${index + 1} still has ${ledger.waiting} waiting`] : [],
  )
  return [
    ...missing,
    ...strange,
    ...peers.flatMap((peer) => peer.faults),
    ...unbalanced,
    ...waiting,
  ]
}
