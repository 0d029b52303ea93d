// Who stands where with a report, page by page. The reporter sees everybody that was owed it; who has
// received it learns nothing of others.

import { listOwed, readStandings } from '@renkei/db'
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
  for (const standing of await readStandings(
    deps.db,
    { reportId, revision: query.revision },
    ids,
  )) {
    const view = viewStanding(standing, now)
    const { organisationId: owner, clock } = standing
    const isToCall = isReporter && clock !== undefined && isOverdue(clock, now)
    const call = isToCall ? await findCallTarget(owner, caller, deps) : undefined
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
