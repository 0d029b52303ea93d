// Changes to agreements. Terms are written once; what changes is the state, and the end, which only
// ever comes nearer.

import type { Agreement, AgreementProposal } from '@renkei/schema'
import { sql } from 'kysely'
import type { Tx } from '../open-database.ts'
import { findAgreement, type Reading } from './read-agreements.ts'
import { stageAt } from './expiry.ts'

export interface NewAgreement {
  readonly agreementId: string
  readonly proposer: string
  readonly proposal: AgreementProposal
  readonly at: Date
  /** Until when it may be accepted. */
  readonly acceptUntil: Date
}

/** Stores a proposal. Nothing flows by it. */
export async function insertAgreement(tx: Tx, agreement: NewAgreement): Promise<Agreement> {
  const { agreementId, proposer, proposal, at, acceptUntil } = agreement
  await tx
    .insertInto('agreements')
    .values({
      agreement_id: agreementId,
      proposer,
      counterpart: proposal.counterpart,
      state: 'proposed',
      nda_reference: proposal.ndaReference,
      remark: proposal.remark ?? null,
      valid_from: new Date(proposal.validFrom),
      valid_until: new Date(proposal.validUntil),
      proposed_at: at,
      accept_until: acceptUntil,
    })
    .execute()
  await tx
    .insertInto('agreement_shares')
    .values(
      proposal.shares.map((share) => ({
        agreement_id: agreementId,
        from_organisation: share.from,
        to_organisation: share.to,
        tlp_max: share.tlpMax,
        min_level: share.minLevel ?? 0,
        kinds: share.kinds ?? null,
        services: share.services ?? null,
        prefectures: share.prefectures ?? null,
        field_sets: share.fieldSets,
        may_report_for: share.mayReportFor ?? false,
      })),
    )
    .execute()
  return readBack(tx, agreementId, { party: proposer, at })
}

/**
 * Keeps other changes to the agreements of a pair out until the transaction ends, and reads one of
 * them as it is then; resolves to nothing when it is not one of this party.
 */
export async function lockAgreement(
  tx: Tx,
  agreementId: string,
  reading: Reading,
): Promise<Agreement | undefined> {
  // In one order, so that two who accept at once wait for each other instead of locking up.
  await sql`
    SELECT FROM agreements a, agreements one
    WHERE one.agreement_id = ${agreementId}::uuid
      AND ${reading.party} IN (one.proposer, one.counterpart)
      AND a.state IN ('proposed', 'active')
      AND least(a.proposer, a.counterpart) = least(one.proposer, one.counterpart)
      AND greatest(a.proposer, a.counterpart) = greatest(one.proposer, one.counterpart)
    ORDER BY a.agreement_id FOR UPDATE OF a`.execute(tx)
  return findAgreement(tx, agreementId, reading)
}

export interface Decision {
  readonly state: 'active' | 'declined' | 'withdrawn'
  readonly by: string
  readonly at: Date
}

/**
 * Decides on a proposal. Accepted, it takes the place of what the pair has agreed before for the same
 * time: terms never stack, and a renewal leaves no gap. Call it under the lock of the pair.
 */
export async function decideAgreement(
  tx: Tx,
  agreementId: string,
  { state, by, at }: Decision,
): Promise<Agreement> {
  await tx
    .updateTable('agreements')
    .set({ state, decided_at: at, ...(state === 'active' && { told_days_before: stageAt(at) }) })
    .where('agreement_id', '=', agreementId)
    .execute()
  if (state === 'active') await cutOlder(tx, agreementId, at)
  return readBack(tx, agreementId, { party: by, at })
}

// What has not begun when it is cut never begins.
async function cutOlder(tx: Tx, agreementId: string, at: Date): Promise<void> {
  await sql`
    UPDATE agreements old SET replaced_by = new.agreement_id,
      valid_until = greatest(old.valid_from, least(old.valid_until, greatest(new.valid_from, ${at})))
    FROM agreements new
    WHERE new.agreement_id = ${agreementId}::uuid AND old.agreement_id <> new.agreement_id
      AND old.state = 'active' AND old.valid_until > ${at}
      AND least(old.proposer, old.counterpart) = least(new.proposer, new.counterpart)
      AND greatest(old.proposer, old.counterpart) = greatest(new.proposer, new.counterpart)
      AND old.valid_from < new.valid_until AND new.valid_from < old.valid_until`.execute(tx)
}

/**
 * Withdraws what else the pair has proposed and not decided on, in favour of what was accepted; gives
 * the withdrawn ones. Nobody can accept older, broader terms after those. Call it under the lock of
 * the pair.
 */
export async function withdrawOthers(
  tx: Tx,
  agreementId: string,
  { by, at }: Omit<Decision, 'state'>,
): Promise<Agreement[]> {
  const { rows } = await sql<{ id: string }>`
    UPDATE agreements other SET state = 'withdrawn', decided_at = ${at}, replaced_by = one.agreement_id
    FROM agreements one
    WHERE one.agreement_id = ${agreementId}::uuid AND other.state = 'proposed'
      AND other.valid_until > ${at} AND other.accept_until > ${at}
      AND least(other.proposer, other.counterpart) = least(one.proposer, one.counterpart)
      AND greatest(other.proposer, other.counterpart) = greatest(one.proposer, one.counterpart)
    RETURNING other.agreement_id AS id`.execute(tx)
  const withdrawn: Agreement[] = []
  for (const { id } of rows) withdrawn.push(await readBack(tx, id, { party: by, at }))
  return withdrawn
}

/** Ends an active agreement at once. Call it under the lock of the pair. */
export async function endAgreement(
  tx: Tx,
  agreementId: string,
  ending: { readonly by: string; readonly reason: string; readonly at: Date },
): Promise<Agreement> {
  const { by, reason, at } = ending
  await tx
    .updateTable('agreements')
    .set({ state: 'ended', ended_at: at, ended_by: by, end_reason: reason })
    .where('agreement_id', '=', agreementId)
    .execute()
  return readBack(tx, agreementId, { party: by, at })
}

async function readBack(tx: Tx, agreementId: string, reading: Reading): Promise<Agreement> {
  const agreement = await findAgreement(tx, agreementId, reading)
  if (!agreement) throw new Error(`the agreement ${agreementId} is gone`)
  return agreement
}
