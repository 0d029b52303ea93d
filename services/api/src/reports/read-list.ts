// The list of reports: what the caller asks for, as far as it may see that it is so. A filter that
// looked at more would tell by its answers what the labels hide.

import { listReports, listRevisions, type StoredRevision } from '@renkei/db'
import { asks, reachOf, type SubscriptionFilter, type Viewer } from '@renkei/schema'
import { openRevisions } from '@renkei/vault'
import { readPage } from '../read-page.ts'
import { isBeyond, reachOfCaller, type Seen, seeRevision, type SightDeps } from './report-sight.ts'

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

type Line = Seen & StoredRevision

export interface Page {
  readonly lines: readonly Line[]
  readonly next?: string
}

/** Lists a page of reports that the caller may see, newest first, with the cursor of the next. */
export async function listSeen(query: ListQuery, caller: Viewer, deps: SightDeps): Promise<Page> {
  const { db, sharing } = deps
  await sharing.refresh(db)
  const filter = { ...toFilter(query), reach: reachOfCaller(caller, sharing) }
  return readLines(query.limit, caller, deps, {
    read: (last, limit) =>
      listReports(db, filter, { before: last?.reportId ?? query.cursor ?? null, limit }),
    isWanted: (line) => isAskedFor(query, line, line),
    cursorOf: ({ reportId }) => reportId,
  })
}

/** Lists a page of the revisions of a report that the caller may see, oldest first. */
export async function listSeenRevisions(
  reportId: string,
  query: { readonly after: number; readonly limit: number },
  caller: Viewer,
  deps: SightDeps,
): Promise<Page> {
  await deps.sharing.refresh(deps.db)
  return readLines(query.limit, caller, deps, {
    read: (last, limit) =>
      listRevisions(deps.db, reportId, { after: last?.revision ?? query.after, limit }),
    isWanted: () => true,
    cursorOf: ({ revision }) => String(revision),
  })
}

interface Source {
  /** Reads on after a row; fewer than asked for are the last. */
  readonly read: (last: StoredRevision | undefined, limit: number) => Promise<StoredRevision[]>
  readonly isWanted: (line: Line) => boolean
  readonly cursorOf: (line: Line) => string
}

async function readLines(
  limit: number,
  caller: Viewer,
  { sharing, vault }: SightDeps,
  { read, isWanted, cursorOf }: Source,
): Promise<Page> {
  const { page, last } = await readPage<StoredRevision, Line>(limit, {
    read,
    async see(rows) {
      const visible = rows.filter((row) => !isBeyond(row, caller, sharing))
      const opened = await openRevisions(vault, visible)
      return opened.flatMap((row) => {
        const seen = seeRevision(row, caller, sharing)
        return seen && isWanted({ ...row, ...seen }) ? { ...row, ...seen } : []
      })
    },
  })
  return { lines: page, ...(last && { next: cursorOf(last) }) }
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
  const { service, prefecture } = query
  const filter = {
    ...(service && { services: service }),
    ...(prefecture && { prefectures: prefecture }),
  } as SubscriptionFilter
  return (
    isOneOf(query.kind, view.kind) &&
    isOneOf(query.state, view.state) &&
    (query.minLevel === undefined || (view.level.value ?? 0) >= query.minLevel) &&
    asks(filter, row, reachOf(sight))
  )
}

function isOneOf(asked: readonly string[] | undefined, value: string | undefined): boolean {
  return asked === undefined || (value !== undefined && asked.includes(value))
}
