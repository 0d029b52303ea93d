// A level does not fall by itself: while an incident is open it stays at the highest it has had,
// also when a count is corrected downwards. It falls when the incident ends.

import type { LevelValue, Reason, State } from '../generated/report.gen.ts'
import type { Classification } from './classification.ts'

export interface LevelBefore {
  readonly level: number
  readonly revision: number
  /** The state of the new revision. */
  readonly state: State
}

const endStates: readonly State[] = ['restored', 'closed', 'withdrawn', 'completed', 'cancelled']

/** Gives the classification with the level of the revision before it, where that one is higher and holds. */
export function holdLevel(now: Classification, before: LevelBefore | undefined): Classification {
  if (!before || before.level <= now.level.value || endStates.includes(before.state)) return now
  const value = before.level as LevelValue
  const reason: Reason = {
    ruleId: 'level.held',
    level: value,
    basis: 'proposal',
    text: {
      ja: `第${before.revision}報のレベルを継続(影響が続く間、自動では下げない)`,
      en: `Held from revision ${before.revision}: a level does not fall by itself while the incident is open`,
    },
  }
  const { level } = now
  return {
    ...now,
    level: {
      ...level,
      value,
      ruleIds: [reason.ruleId, ...level.ruleIds],
      reasons: [reason, ...level.reasons],
    },
  }
}
