// The life of an incident and of planned work: which state may follow which. Two total tables,
// one for incidents (fault, congestion, cyber, leak) and one for planned work and demand, and
// the questions that are asked of them. Pure.

import type { Kind, State } from '../generated/report.gen.ts'

export type TransitionCheck =
  | { ok: true }
  | { ok: false; allowed: readonly State[]; detail: string }

/** For an incident in a state, the states that may follow. Steps may be skipped forward. */
const incidentTransitions = {
  suspected: [
    'investigating',
    'identified',
    'mitigating',
    'partiallyRestored',
    'equipmentRestored',
    'monitoring',
    'restored',
    'closed',
    'withdrawn',
  ],
  investigating: [
    'identified',
    'mitigating',
    'partiallyRestored',
    'equipmentRestored',
    'monitoring',
    'restored',
    'closed',
    'withdrawn',
  ],
  identified: [
    'mitigating',
    'partiallyRestored',
    'equipmentRestored',
    'monitoring',
    'restored',
    'closed',
    'withdrawn',
  ],
  mitigating: [
    'partiallyRestored',
    'equipmentRestored',
    'monitoring',
    'restored',
    'closed',
    'withdrawn',
  ],
  partiallyRestored: [
    'investigating',
    'mitigating',
    'equipmentRestored',
    'monitoring',
    'restored',
    'closed',
    'withdrawn',
  ],
  equipmentRestored: [
    'investigating',
    'mitigating',
    'monitoring',
    'restored',
    'closed',
    'withdrawn',
  ],
  monitoring: ['investigating', 'mitigating', 'restored', 'closed', 'withdrawn'],
  restored: ['investigating', 'mitigating', 'closed', 'withdrawn'],
  closed: [],
  withdrawn: [],
  planned: [],
  inProgress: [],
  completed: [],
  cancelled: [],
} as const satisfies Record<State, readonly State[]>

/** For planned work or demand in a state, the states that may follow. */
const plannedTransitions = {
  planned: ['inProgress', 'completed', 'closed', 'cancelled'],
  inProgress: ['completed', 'closed', 'cancelled'],
  completed: ['closed'],
  closed: [],
  cancelled: [],
  suspected: [],
  investigating: [],
  identified: [],
  mitigating: [],
  partiallyRestored: [],
  equipmentRestored: [],
  monitoring: [],
  restored: [],
  withdrawn: [],
} as const satisfies Record<State, readonly State[]>

const incidentStates = [
  'suspected',
  'investigating',
  'identified',
  'mitigating',
  'partiallyRestored',
  'equipmentRestored',
  'monitoring',
  'restored',
  'closed',
  'withdrawn',
] as const satisfies readonly State[]

const plannedStates = [
  'planned',
  'inProgress',
  'completed',
  'closed',
  'cancelled',
] as const satisfies readonly State[]

/**
 * Says whether a report of this kind may go from one state to another; staying is allowed while
 * it is open. A refusal names the allowed states. Refuses every step out of a closed, withdrawn or
 * cancelled report, and every state that is not one of the kind.
 */
export function checkTransition(kind: Kind, from: State, to: State): TransitionCheck {
  const table = isPlanned(kind) ? plannedTransitions : incidentTransitions
  const states = statesOf(kind)
  const next: readonly State[] = table[from]
  const mayStay = states.includes(from) && isOpen(from)
  if (next.includes(to) || (mayStay && from === to)) return { ok: true }
  const allowed = mayStay ? [from, ...next] : next
  return { ok: false, allowed, detail: refusal({ kind, from, to, allowed }) }
}

/** True until a report is closed, withdrawn or cancelled: a restored incident is open until closed. */
export function isOpen(state: State): boolean {
  return state !== 'closed' && state !== 'withdrawn' && state !== 'cancelled'
}

/** Every state a report of this kind can have, in their usual order. */
export function statesOf(kind: Kind): readonly State[] {
  return isPlanned(kind) ? plannedStates : incidentStates
}

function isPlanned(kind: Kind): boolean {
  return kind === 'maintenance' || kind === 'plannedDemand'
}

function refusal(step: { kind: Kind; from: State; to: State; allowed: readonly State[] }): string {
  const { kind, from, to, allowed } = step
  if (allowed.length === 0)
    return `A report of kind ${kind} that is ${from} stays so: ${to} is refused.`
  return `A report of kind ${kind} cannot go from ${from} to ${to}. Allowed: ${allowed.join(', ')}.`
}
