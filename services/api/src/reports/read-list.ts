// The list of reports: what the caller asks for, as far as it may see that it is so. A filter that
// looked at more would tell by its answers what the labels hide.

import { listReports, type StoredRevision } from '@renkei/db'
import { reachOf, visibleCodes, wholeCountry } from '@renkei/schema'
import type { Viewer } from '@renkei/schema'
import { openRevisions } from '@renkei/vault'
import { withinAnswer } from '../limits/answer-size.ts'
import { labelsInReach, type Seen, seeRevision, type SightDeps } from './report-sight.ts'

export interface ListQuery {
  kind?: string[]
  state?: string[]
  messageStatus?: string[]
  minLevel?: number
  service?: string[]
  prefecture?: string[]
  organisation?: string[]
  open?: boolean
  cursor?: string
  limit: number
}

// How often the database is asked for one page, when much of what it gives cannot be shown.
const readsMax = 20

/** Lists a page of what the caller may see, newest first, with the cursor of the next. */
export async function listSeen(
  query: ListQuery,
  caller: Viewer,
  { db, sharing, vault }: SightDeps,
): Promise<{ seen: (Seen & StoredRevision)[]; next?: string }> {
  await sharing.refresh(db)
  const filter = { ...toFilter(query), visibleTo: labelsInReach(caller, sharing) }
  const seen: (Seen & StoredRevision)[] = []
  const limit = query.limit + 1
  let before = query.cursor ?? null
  for (let reads = 0; reads < readsMax && seen.length < limit; reads += 1) {
    const rows = await listReports(db, filter, { before, limit })
    for (const row of await openRevisions(vault, rows)) {
      const shown = seeRevision(row, caller, sharing)
      if (shown && isAskedFor(query, row, shown)) seen.push({ ...row, ...shown })
    }
    before = rows.at(-1)?.reportId ?? null
    if (rows.length < limit) before = null
    if (before === null) break
  }
  const page = withinAnswer(seen.slice(0, query.limit), ({ view }) => view)
  // The next page begins after the last report that was shown: the cursor names no hidden one.
  const next = seen.length > page.length ? page.at(-1)?.reportId : before
  return { seen: page, ...(next && { next }) }
}

function toFilter(query: ListQuery) {
  return {
    kinds: query.kind,
    states: query.state,
    messageStatuses: query.messageStatus ?? ['actual'],
    minLevel: query.minLevel,
    services: query.service,
    prefectures: query.prefecture,
    organisations: query.organisation,
    open: query.open,
  }
}

function isAskedFor(query: ListQuery, row: StoredRevision, { view, sight }: Seen): boolean {
  const reach = reachOf(sight)
  const { service, prefecture } = query
  return (
    isOneOf(query.kind, view.kind) &&
    isOneOf(query.state, view.state) &&
    (query.minLevel === undefined || (view.level.value ?? 0) >= query.minLevel) &&
    overlaps(service, visibleCodes(row.services, reach)) &&
    overlaps(prefecture && [...prefecture, wholeCountry], visibleCodes(row.prefectures, reach))
  )
}

function isOneOf(asked: readonly string[] | undefined, value: string | undefined): boolean {
  return asked === undefined || (value !== undefined && asked.includes(value))
}

function overlaps(asked: readonly string[] | undefined, seen: readonly string[]): boolean {
  return asked === undefined || seen.length === 0 || seen.some((code) => asked.includes(code))
}
