// Agreements as one of their parties reads them. To anybody else there are none.

import type { Agreement, AgreementState } from '@renkei/schema'
import { sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'
import { agreementColumns, type AgreementRow, fromRow, stateAt } from './agreement-row.ts'

export interface Reading {
  /** The organisation that asks. */
  readonly party: string
  /** The instant whose states are shown. */
  readonly at: Date
}

/** Reads an agreement of a party; resolves to nothing when there is none or it is that of others. */
export async function findAgreement(
  db: Db | Tx,
  agreementId: string,
  { party, at }: Reading,
): Promise<Agreement | undefined> {
  const { rows } = await sql<AgreementRow>`
    SELECT ${agreementColumns(at)} FROM agreements a
    WHERE a.agreement_id = ${agreementId}::uuid
      AND ${party} IN (a.proposer, a.counterpart)`.execute(db)
  return rows.map(fromRow)[0]
}

export interface AgreementFilter {
  readonly states?: readonly AgreementState[] | undefined
  /** The other party, whichever of both has proposed. */
  readonly counterpart?: string | undefined
}

/** Lists the agreements of a party, newest first, those before an identifier. */
export async function listAgreements(
  db: Db | Tx,
  { party, at }: Reading,
  filter: AgreementFilter,
  page: { readonly before?: string | undefined; readonly limit: number },
): Promise<Agreement[]> {
  const { states, counterpart } = filter
  const { rows } = await sql<AgreementRow>`
    SELECT ${agreementColumns(at)} FROM agreements a
    WHERE ${party} IN (a.proposer, a.counterpart)
      AND ${counterpart === undefined ? sql`true` : sql`${counterpart} IN (a.proposer, a.counterpart)`}
      AND ${states === undefined ? sql`true` : sql`${stateAt(at)} = ANY(${[...states]}::text[])`}
      AND ${page.before === undefined ? sql`true` : sql`a.agreement_id < ${page.before}::uuid`}
    ORDER BY a.agreement_id DESC LIMIT ${page.limit}`.execute(db)
  return rows.map(fromRow)
}

/** Counts what an organisation has proposed and what may still hold or come to hold. */
export async function countProposed(tx: Tx, proposer: string, at: Date): Promise<number> {
  const row = await tx
    .selectFrom('agreements')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('proposer', '=', proposer)
    .where('state', 'in', ['proposed', 'active'])
    .where('valid_until', '>', at)
    .where((eb) => eb.or([eb('state', '=', 'active'), eb('accept_until', '>', at)]))
    .executeTakeFirstOrThrow()
  return row.count
}
