// What may become of an agreement, by whose word. Pure: a total table, and who asks.

import type { Agreement, AgreementState } from '@renkei/schema'

export type MoveName = 'accept' | 'decline' | 'withdraw' | 'end'

type Party = 'proposer' | 'counterpart'

interface Move {
  readonly from: AgreementState
  readonly by: readonly Party[]
  readonly to: 'active' | 'declined' | 'withdrawn' | 'ended'
  /** States that say that it is done already: the same word again changes nothing. */
  readonly done: readonly AgreementState[]
}

export const moves: Readonly<Record<MoveName, Move>> = {
  accept: { from: 'proposed', by: ['counterpart'], to: 'active', done: ['active', 'expired'] },
  decline: { from: 'proposed', by: ['counterpart'], to: 'declined', done: ['declined'] },
  withdraw: { from: 'proposed', by: ['proposer'], to: 'withdrawn', done: ['withdrawn'] },
  end: { from: 'active', by: ['proposer', 'counterpart'], to: 'ended', done: ['ended'] },
}

export type MoveResult =
  | { readonly kind: 'move' }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly detail: string; readonly allowed: readonly string[] }

/** Decides whether a party may make a move; a refusal names the states that it may bring about. */
export function checkMove(
  name: MoveName,
  agreement: Pick<Agreement, 'state' | 'proposer'>,
  asker: string,
): MoveResult {
  const party: Party = asker === agreement.proposer ? 'proposer' : 'counterpart'
  const { from, by, done } = moves[name]
  const allowed = Object.values(moves)
    .filter((move) => move.from === agreement.state && move.by.includes(party))
    .map(({ to }) => to)
  if (!by.includes(party)) {
    return { kind: 'refused', detail: `Only the ${by.join()} may ${name} it.`, allowed }
  }
  if (agreement.state === from) return { kind: 'move' }
  if (done.includes(agreement.state)) return { kind: 'done' }
  const detail = `The agreement is ${agreement.state}; only one that is ${from} can be ${moves[name].to}.`
  return { kind: 'refused', detail, allowed }
}
