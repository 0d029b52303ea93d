// How a caller sees the reports of others when it reads them itself, signed in: further than what is
// pushed, since TLP:RED may be read by those whom an agreement names.

import type { Db, Reach, SharingBook, StoredRevision } from '@renkei/db'
import {
  audienceOf,
  greenFrom,
  isWithin,
  levelTableNames,
  type ReportView,
  type Sight,
  sightOf,
  tlpRank,
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

/** True when nothing of a report can be seen by a caller: then it need not be opened. */
export function isBeyond(row: StoredRevision, caller: Viewer, sharing: SharingBook): boolean {
  const sight = sightOf(caller, row, sharing.find)
  return sight === undefined || !isWithin(sight, row.tlp)
}

/** How far a caller may see at most: a bound for the database. */
export function reachOfCaller(caller: Viewer, sharing: SharingBook): Reach {
  const { organisationId } = caller
  const audience = audienceOf(caller, '')
  const shares = sharing.sharesTo(organisationId)
  return {
    organisationId,
    greenFrom: greenFrom(audience),
    greenOfCyber: levelTableNames(audience, { peakLevel: 0, kinds: ['cyber'] }),
    isAuthority: audience === 'regulator',
    shared: shares.map(({ from, tlpMax }) => ({ from, rank: tlpRank(tlpMax) })),
  }
}
