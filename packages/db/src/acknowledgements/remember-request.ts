// The idempotency key of a request to acknowledge: one space with the keys of reports, so that a key
// that is used for both is noticed.

import type { Acknowledgement } from '@renkei/schema'
import type { Db, Tx } from '../open-database.ts'
import { toAcknowledgement } from './acknowledgement-row.ts'

export interface RequestOnce {
  readonly key: string
  /** Of method, path and body. */
  readonly fingerprint: Buffer
}

interface Given {
  readonly organisationId: string
  readonly reportId: string
  readonly revision: number
  readonly at: Date
  readonly once?: RequestOnce | undefined
}

/** Writes down what a request has stored; rejects with SQLSTATE 23505 when the key is taken. */
export async function rememberRequest(
  tx: Tx,
  { organisationId, reportId, revision, at, once }: Given,
  acknowledgementId: string,
): Promise<void> {
  if (!once) return
  await tx
    .insertInto('idempotency_keys')
    .values({
      organisation_id: organisationId,
      idempotency_key: once.key,
      fingerprint: once.fingerprint,
      report_id: reportId,
      revision,
      acknowledgement_id: acknowledgementId,
      created_at: at,
    })
    .execute()
}

export interface RememberedRequest {
  readonly fingerprint: Buffer
  /** Absent when the key belongs to a report. */
  readonly acknowledgement?: Acknowledgement
}

/** Finds what a request with this key has stored; nothing when the key is free. */
export async function recallAcknowledgement(
  db: Db | Tx,
  organisationId: string,
  key: string,
): Promise<RememberedRequest | undefined> {
  const request = await db
    .selectFrom('idempotency_keys')
    .select(['fingerprint', 'acknowledgement_id'])
    .where('organisation_id', '=', organisationId)
    .where('idempotency_key', '=', key)
    .executeTakeFirst()
  if (!request) return undefined
  const { fingerprint, acknowledgement_id: id } = request
  if (id === undefined || id === null) return { fingerprint }
  const row = await db
    .selectFrom('acknowledgements')
    .selectAll()
    .where('acknowledgement_id', '=', id)
    .executeTakeFirstOrThrow()
  return { fingerprint, acknowledgement: toAcknowledgement(row) }
}
