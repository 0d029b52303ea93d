// Yes, no, taken back, ended: each a word of one party, said once.

import { decideAgreement, endAgreement, lockAgreement, withdrawOthers } from '@renkei/db'
import { type Agreement, parseAgreementEnding } from '@renkei/schema'
import type { FastifyRequest } from 'fastify'
import { DomainError } from '../problem/domain-error.ts'
import type { AgreementDeps } from './agreement-deps.ts'
import { conclude, concludeUnchanged, ringForNotice } from './conclude.ts'
import { checkMove, type MoveName, moves } from './moves.ts'
import { invalidAgreement } from './propose.ts'

const doneBy = {
  accept: 'accepted',
  decline: 'declined',
  withdraw: 'withdrawn',
  end: 'ended',
} as const satisfies Record<MoveName, string>

/**
 * Makes a move of the caller's; said again it answers the same and changes nothing. Throws
 * `not-found` to all but both parties, and `transition-refused` with what may follow.
 */
export async function changeAgreement(
  name: MoveName,
  request: FastifyRequest<{ Params: { agreementId: string } }>,
  deps: AgreementDeps,
): Promise<Agreement> {
  const reason = name === 'end' ? reasonOf(request.body) : ''
  const { agreementId } = request.params
  const by = request.caller.organisationId
  const { changed, agreement } = await deps.db.transaction().execute(async (tx) => {
    const before = await lockAgreement(tx, agreementId, { party: by, at: deps.clock.now() })
    if (!before) throw noSuchAgreement()
    const step = checkMove(name, before, by)
    if (step.kind === 'done') {
      await concludeUnchanged(tx, before, { request, deps })
      return { changed: false, agreement: before }
    }
    const { to } = moves[name]
    if (step.kind === 'refused') {
      const members = { from: before.state, to, allowed: step.allowed }
      throw new DomainError('transition-refused', { detail: step.detail, members })
    }
    const at = deps.clock.now()
    const after =
      to === 'ended'
        ? await endAgreement(tx, agreementId, { by, reason, at })
        : await decideAgreement(tx, agreementId, { state: to, by, at })
    await conclude(tx, after, { done: doneBy[name], at }, { request, deps })
    if (to === 'active') {
      for (const other of await withdrawOthers(tx, agreementId, { by, at })) {
        await conclude(tx, other, { done: 'withdrawn', at }, { request, deps })
      }
    }
    return { changed: true, agreement: after }
  })
  if (changed) ringForNotice(deps)
  return agreement
}

/** The same to those whom it does not concern as when there is none. */
export function noSuchAgreement(): DomainError {
  return new DomainError('not-found', 'Your organisation has no such agreement.')
}

function reasonOf(body: unknown): string {
  const parsed = parseAgreementEnding(body)
  if (!parsed.ok) throw invalidAgreement(parsed.faults)
  return parsed.ending.reason
}
