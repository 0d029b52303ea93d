// The end of agreements, of which both parties are told before and when it comes. What was told is
// written in the transaction that tells, so nothing is told twice, however many notifiers look.

import type { Agreement } from '@renkei/schema'
import { sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'
import { findAgreement } from './read-agreements.ts'

/** How long before its end both are told of it, in days of 24 hours. */
const toldDaysBefore = [30, 7, 1] as const

const stages = [...toldDaysBefore, 0].toSorted((a, b) => a - b)

/** The stage that an agreement has reached: the fewest of these days, 0 at its end; before, null. */
export const stageAt = (at: Date) => sql<number | null>`(
  SELECT min(days) FROM unnest(${stages}::int[]) AS days
  WHERE valid_until - days * interval '24 hours' <= ${at})`

export interface AgreementEnd {
  readonly agreement: Agreement
  /** Days before the end; 0 when it has come. */
  readonly stage: number
  /** Whether another agreement of the pair goes on where this one ends. */
  readonly goesOn: boolean
}

/**
 * Runs work once for every stage that an agreement has reached, each in a transaction of its own.
 * After a downtime only the latest stage counts.
 */
export async function forEachAgreementEnd(
  db: Db,
  at: Date,
  tell: (tx: Tx, end: AgreementEnd) => Promise<void>,
): Promise<number> {
  for (let told = 0; ; told += 1) {
    const found = await db.transaction().execute(async (tx) => {
      const end = await takeEnd(tx, at)
      if (end) await tell(tx, end)
      return end !== undefined
    })
    if (!found) return told
  }
}

interface Taken {
  readonly agreementId: string
  readonly proposer: string
  readonly stage: number
  readonly goesOn: boolean
}

async function takeEnd(tx: Tx, at: Date): Promise<AgreementEnd | undefined> {
  const { rows } = await sql<Taken>`
    WITH due AS (
      SELECT agreement_id, ${stageAt(at)} AS stage FROM agreements
      WHERE state = 'active' AND told_days_before IS DISTINCT FROM 0
        AND valid_until <= ${at}::timestamptz + ${Math.max(...stages)} * interval '24 hours'
        AND coalesce(told_days_before > ${stageAt(at)}, true)
      ORDER BY valid_until, agreement_id LIMIT 1 FOR UPDATE SKIP LOCKED)
    UPDATE agreements a SET told_days_before = due.stage FROM due
    WHERE a.agreement_id = due.agreement_id
    RETURNING a.agreement_id AS "agreementId", a.proposer, due.stage, EXISTS (
      SELECT FROM agreements next WHERE next.state = 'active'
        AND least(next.proposer, next.counterpart) = least(a.proposer, a.counterpart)
        AND greatest(next.proposer, next.counterpart) = greatest(a.proposer, a.counterpart)
        AND next.valid_from <= a.valid_until AND a.valid_until < next.valid_until) AS "goesOn"
    `.execute(tx)
  const [taken] = rows
  if (!taken) return undefined
  // A crash must not make what was told be told again.
  await sql`SET LOCAL synchronous_commit = on`.execute(tx)
  const { agreementId, proposer, stage, goesOn } = taken
  const agreement = await findAgreement(tx, agreementId, { party: proposer, at })
  return agreement && { agreement, stage, goesOn }
}
