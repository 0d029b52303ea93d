// Who stands where with a report, page by page. The reporter sees everybody that was owed it; who has
// received it learns nothing of others.

import { listOwed, readContactsOf, readStandings } from '@renkei/db'
import type { AcknowledgementStanding } from '@renkei/schema'
import type { FastifyRequest } from 'fastify'
import { type Page, pageOf } from '../page.ts'
import type { AcknowledgementDeps } from './acknowledgement-deps.ts'
import { seeReport } from './see-report.ts'
import { findCallTarget, isOverdue, viewStanding } from './view-standing.ts'

export interface StandingsQuery {
  readonly revision?: number
  readonly cursor?: string
  readonly limit: number
}

type StandingsRequest = Pick<FastifyRequest, 'caller' | 'shown'> & {
  readonly params: { readonly reportId: string }
  readonly query: StandingsQuery
}

/** Gives a page; throws `not-found` when the caller may not know of the report, or of the revision, now. */
export async function listStandings(
  { params: { reportId }, query, caller, shown }: StandingsRequest,
  deps: AcknowledgementDeps,
): Promise<Page<AcknowledgementStanding>> {
  const { row, sight } = await seeReport(deps, caller, reportId, query.revision)
  const isReporter = sight.audience === 'owner'
  const { organisationId: reporter } = row
  const rows = isReporter
    ? await listOwed(
        deps.db,
        { reportId, reporter },
        { after: query.cursor, limit: query.limit + 1 },
      )
    : [caller.organisationId]
  const { items: ids, next } = pageOf(rows, query.limit, (id) => id)
  const items: AcknowledgementStanding[] = []
  const now = deps.clock.now()
  const standings = await readStandings(deps.db, { reportId, revision: query.revision }, ids)
  const late = standings.filter(({ clock }) => isReporter && clock && isOverdue(clock, now))
  const lateIds = late.map(({ organisationId }) => organisationId)
  const contacts = await readContactsOf(deps.db, deps.vault, lateIds)
  for (const standing of standings) {
    const view = viewStanding(standing, now)
    const { organisationId: owner } = standing
    const call = findCallTarget(contacts.get(owner) ?? [], caller, deps)
    if (call) {
      const { contactId: objectId, ...rest } = call
      const look = { objectType: 'contact', action: 'contact.read' } as const
      shown.push({ owner, objectId, ...look, fields: ['contactId', ...Object.keys(rest)] })
    }
    items.push({ ...view, ...(call && { call }) })
  }
  const fields = [...new Set(items.flatMap((item) => Object.keys(item)))]
  shown.push({ owner: reporter, objectId: reportId, fields, sight })
  return { items, ...(next !== undefined && { next }) }
}
