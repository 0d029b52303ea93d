// Searching the organisations that take part, a page at a time.

import { searchOrganisations } from '@renkei/db'
import { audienceOf, type Organisation, type OrganisationKind } from '@renkei/schema'
import type { Caller } from '../auth/auth.ts'
import type { RegisterDeps } from './register-deps.ts'
import { viewOrganisation } from './views.ts'
import { pageOf } from '../page.ts'

export interface OrganisationsQuery {
  readonly q?: string
  readonly kind?: OrganisationKind
  readonly code?: string
  readonly cursor?: string
  readonly limit: number
}

/** Lists the entries that the caller may see; one that has no part in the register finds itself. */
export async function listOrganisations(
  query: OrganisationsQuery,
  caller: Caller,
  { db }: RegisterDeps,
): Promise<{ items: Organisation[]; next?: string }> {
  const isPublic = audienceOf(caller, '') === 'public'
  const rows = await searchOrganisations(
    db,
    {
      text: query.q,
      kind: query.kind,
      code: query.code,
      organisationId: isPublic ? caller.organisationId : undefined,
    },
    { after: query.cursor, limit: query.limit + 1 },
  )
  const { items, ...next } = pageOf(rows, query.limit, (entry) => entry.organisationId)
  return { items: items.flatMap((entry) => viewOrganisation(entry, caller) ?? []), ...next }
}
