// One word of the caller's on a revision that it may see, however it came: by request, by socket.

import {
  conflictOf,
  lockAnswers,
  recallAcknowledgement,
  recordAcknowledgement,
  type RecordedAcknowledgement,
  type RequestOnce,
  TooMuchSaidError,
  type Tx,
} from '@renkei/db'
import type { AcknowledgementRequest, AcknowledgementVia } from '@renkei/schema'
import { beginTrace } from '@renkei/service-kit'
import { actorOf } from '../audit/actor.ts'
import type { Caller } from '../auth/auth.ts'
import { DomainError } from '../problem/domain-error.ts'
import type { AcknowledgementDeps } from './acknowledgement-deps.ts'
import { seeReport } from './see-report.ts'

export interface Word {
  readonly caller: Caller
  /** Of the request that brought it. */
  readonly requestId: string
  readonly via: Exclude<AcknowledgementVia, 'mail'>
  readonly reportId: string
  readonly said: AcknowledgementRequest
  readonly once?: RequestOnce | undefined
}

export interface Acknowledged extends RecordedAcknowledgement {
  /** Whether this is the first answer to the idempotency key again. */
  readonly isReplayed: boolean
  /** Whose report it is. */
  readonly reporter: string
}

/**
 * Records it, unless as much was said before. Throws `not-found` when the caller may not know of the
 * revision now, `own-report` when it is the caller's, `idempotency-conflict`, and `limit-reached` when
 * the caller has changed its mind too often.
 */
export async function acknowledge(word: Word, deps: AcknowledgementDeps): Promise<Acknowledged> {
  const { caller, reportId, said } = word
  const { row } = await seeReport(deps, caller, reportId, said.revision)
  const reporter = row.organisationId
  if (reporter === caller.organisationId) {
    throw new DomainError(
      'own-report',
      'The report is your own: those whom it was sent to acknowledge it.',
    )
  }
  const recorded = await deps.db
    .transaction()
    .execute((tx) => record(tx, word, deps))
    .catch(explain)
  if (recorded.isNew) {
    deps.tail.poke()
    deps.bell.ring('level0to2')
  }
  return { ...recorded, reporter }
}

async function record(
  tx: Tx,
  { caller, requestId: id, via, reportId, said, once }: Word,
  { clock, newId }: AcknowledgementDeps,
): Promise<Omit<Acknowledged, 'reporter'>> {
  const { organisationId } = caller
  await lockAnswers(tx, { reportId, organisationId })
  if (once) {
    const before = await recallAcknowledgement(tx, organisationId, once.key)
    if (before && !before.fingerprint.equals(once.fingerprint)) throw usedBefore()
    if (before?.acknowledgement) {
      return { acknowledgement: before.acknowledgement, isNew: false, isReplayed: true }
    }
  }
  const recorded = await recordAcknowledgement(tx, {
    ...actorOf({ caller, id }),
    reportId,
    revision: said.revision,
    kind: said.kind,
    answer: said.answer ?? null,
    via,
    by: said.by ?? null,
    remark: said.remark ?? null,
    at: clock.now(),
    newId,
    traceparent: beginTrace(),
    once,
  })
  return { ...recorded, isReplayed: false }
}

function explain(error: unknown): never {
  if (error instanceof TooMuchSaidError) {
    const detail = `Your organisation has said ${error.max} different things on this revision; wait for the next.`
    throw new DomainError('limit-reached', detail)
  }
  throw conflictOf(error)?.taken === 'idempotencyKey' ? usedBefore() : error
}

function usedBefore(): DomainError {
  return new DomainError(
    'idempotency-conflict',
    'This idempotency key was used for another request of your organisation.',
  )
}
