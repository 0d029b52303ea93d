// Organisations that take part.

import type { Db } from '../open-database.ts'
import type { OrganisationKind } from '../tables.ts'

export interface Organisation {
  readonly organisationId: string
  readonly name: string
  readonly kind: OrganisationKind
}

/** Adds an organisation; one that exists stays as it is. Resolves to whether it is new. */
export async function addOrganisation(db: Db, organisation: Organisation): Promise<boolean> {
  const row = await db
    .insertInto('organisations')
    .values({
      organisation_id: organisation.organisationId,
      name: organisation.name,
      kind: organisation.kind,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('organisation_id')
    .executeTakeFirst()
  return row !== undefined
}

/** Lists the organisations by identifier. */
export async function listOrganisations(db: Db): Promise<Organisation[]> {
  return db
    .selectFrom('organisations')
    .select(['organisation_id as organisationId', 'name', 'kind'])
    .orderBy('organisation_id')
    .execute()
}
