// Organisations that take part.

import type { Db, Tx } from '../open-database.ts'
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

/** Lets one transaction at a time count and add what an organisation has a limit of. */
export async function lockOrganisation(tx: Tx, organisationId: string): Promise<void> {
  await tx
    .selectFrom('organisations')
    .select('organisation_id')
    .where('organisation_id', '=', organisationId)
    .forNoKeyUpdate()
    .execute()
}

/** Lists the organisations by identifier. */
export async function listOrganisations(db: Db): Promise<Organisation[]> {
  return db
    .selectFrom('organisations')
    .select(['organisation_id as organisationId', 'name', 'kind'])
    .orderBy('organisation_id')
    .execute()
}
