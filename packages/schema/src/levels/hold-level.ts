// A level does not fall by itself: while an incident is open it stays at the highest it has had,
// also when a count is corrected downwards. It falls when the incident ends.

import type { LevelValue, Reason, State } from '../generated/report.gen.ts'

export interface LevelBefore {
  readonly level: number
  readonly revision: number
}

const endStates: readonly State[] = ['restored', 'closed', 'withdrawn', 'completed', 'cancelled']

/** The reason to keep the level of the revision before, where that one is higher and holds. */
export function heldReason(
  reasons: readonly Reason[],
  state: State,
  before: LevelBefore | undefined,
): Reason | undefined {
  if (!before || endStates.includes(state)) return undefined
  if (reasons.some((reason) => reason.level >= before.level)) return undefined
  return {
    ruleId: 'level.held',
    level: before.level as LevelValue,
    basis: 'proposal',
    text: {
      ja: `第${before.revision}報のレベルを継続(影響が続く間、自動では下げない)`,
      en: `Held from revision ${before.revision}: a level does not fall by itself while the incident is open`,
    },
  }
}
