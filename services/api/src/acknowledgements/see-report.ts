// Whether a caller may know of a revision now: as it would read it, signed in.

import { readRevision, type StoredRevision } from '@renkei/db'
import type { Viewer } from '@renkei/schema'
import { openRevision } from '@renkei/vault'
import { DomainError } from '../problem/domain-error.ts'
import { isBeyond, type Seen, seeRevision, type SightDeps } from '../reports/report-sight.ts'

export interface SeenReport extends Pick<Seen, 'sight'> {
  readonly row: StoredRevision
}

/** Finds a revision, or the current one; throws `not-found` when the caller sees nothing of it. */
export async function seeReport(
  { db, sharing, vault }: SightDeps,
  caller: Viewer,
  reportId: string,
  revision?: number,
): Promise<SeenReport> {
  const row = await readRevision(db, reportId, revision)
  await sharing.refresh(db)
  // Decided before anything is opened: the time that it takes must not tell that there is something.
  if (!row || isBeyond(row, caller, sharing)) throw notFound()
  const seen = seeRevision(await openRevision(vault, row), caller, sharing)
  if (!seen) throw notFound()
  return { row, sight: seen.sight }
}

function notFound(): DomainError {
  return new DomainError(
    'not-found',
    'There is no such revision of a report, or your organisation may not know of it.',
  )
}
