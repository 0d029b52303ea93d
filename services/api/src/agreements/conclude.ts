// How every change of an agreement ends: notice to both, audit entry, and after the commit the bell.

import { appendAudit, tellParties, type Tx } from '@renkei/db'
import { type Agreement, eventTypes } from '@renkei/schema'
import { beginTrace } from '@renkei/service-kit'
import type { FastifyRequest } from 'fastify'
import { actorOf } from '../audit/actor.ts'
import type { AgreementDeps } from './agreement-deps.ts'

export interface AgreementChange {
  /** What was done, as event and audit name it. */
  readonly done: keyof typeof types
  readonly at: Date
}

const types = {
  proposed: eventTypes.agreementProposed,
  accepted: eventTypes.agreementAccepted,
  declined: eventTypes.agreementDeclined,
  withdrawn: eventTypes.agreementWithdrawn,
  ended: eventTypes.agreementEnded,
} as const

interface Circumstances {
  readonly request: FastifyRequest
  readonly deps: AgreementDeps
}

/** Tells both parties and records who did it, in the trail of each: the last statements of the transaction. */
export async function conclude(
  tx: Tx,
  agreement: Agreement,
  { done, at }: AgreementChange,
  { request, deps }: Circumstances,
): Promise<void> {
  const by = request.caller.organisationId
  const eventId = deps.newId()
  const traceparent = beginTrace()
  await tellParties(tx, agreement, { eventId, type: types[done], by, at, traceparent })
  const { agreementId, proposer, counterpart } = agreement
  const action = `agreement.${done}`
  await record(tx, { agreementId, owner: proposer, action }, { request, deps })
  // What the counterpart does itself stands in its trail anyway.
  if (by !== counterpart) {
    await record(tx, { agreementId, owner: counterpart, action }, { request, deps })
  }
}

/** Records that the agreement was shown again and nothing was changed: the last statement, too. */
export function concludeUnchanged(
  tx: Tx,
  { agreementId, proposer: owner }: Agreement,
  circumstances: Circumstances,
): Promise<void> {
  return record(tx, { agreementId, owner, action: 'agreement.read' }, circumstances)
}

async function record(
  tx: Tx,
  entry: { readonly agreementId: string; readonly owner: string; readonly action: string },
  { request, deps }: Circumstances,
): Promise<void> {
  await appendAudit(tx, {
    ...actorOf(request),
    at: deps.clock.now(),
    action: entry.action,
    objectType: 'agreement',
    objectId: entry.agreementId,
    objectOwner: entry.owner,
  })
}

/** Has the notice sent now instead of at the next sweep. */
export function ringForNotice({ bell, tail }: Pick<AgreementDeps, 'bell' | 'tail'>): void {
  tail.poke()
  bell.ring('level0to2')
}
