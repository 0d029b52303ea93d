// How a caller sees the reports of others when it reads them itself, signed in: further than what is
// pushed, since TLP:RED may be read by those whom an agreement names.

import type { Db, SharingBook, StoredRevision } from '@renkei/db'
import {
  type ReportView,
  type Sight,
  sightOf,
  tlpRank,
  tlpsUpTo,
  type Viewer,
  viewOf,
} from '@renkei/schema'
import type { Vault } from '@renkei/vault'

export interface SightDeps {
  readonly db: Db
  readonly sharing: SharingBook
  readonly vault: Vault
}

export interface Seen {
  readonly view: ReportView
  readonly sight: Sight
}

/** Shows a stored revision to a caller, or gives nothing; the book must be fresh. */
export function seeRevision(
  row: StoredRevision,
  caller: Viewer,
  sharing: SharingBook,
): Seen | undefined {
  const sight = sightOf(caller, row, sharing.find)
  const view = sight && viewOf(row, sight)
  return view && { view, sight }
}

/** The labels that a caller may see at the head of anybody's report: a bound for the database. */
export function labelsInReach(caller: Viewer, sharing: SharingBook) {
  const shared = sharing.sharesTo(caller.organisationId).map((share) => share.tlpMax)
  // Of a leak, the one whom it concerns sees more than the level table gives.
  const byDefault = 'TLP:AMBER+STRICT'
  const narrowest = [byDefault, ...shared].toSorted((a, b) => tlpRank(b) - tlpRank(a))[0]
  return { organisationId: caller.organisationId, tlps: tlpsUpTo(narrowest ?? byDefault) }
}
