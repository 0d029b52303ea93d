// The rule sets that come with the contract, and the choice between them by date and configuration.

import criteria2015 from '../../rules/serious-accident-2015.json' with { type: 'json' }
import criteria2025 from '../../rules/serious-accident-2025.json' with { type: 'json' }
import { jstDate, parseInstant } from './jst.ts'
import type { RuleSet } from './rule-set.ts'

/** The published rule sets, oldest criteria first. rule-sets.test.ts holds them to their schema. */
export const ruleSets = [criteria2015, criteria2025] as readonly RuleSet[]

/**
 * The rule set for an instant: the configured version, or else the newest set in force on that day
 * in Japan, or the first one for days before it. Refuses a version that none of the sets has.
 */
export function chooseRuleSet(
  sets: readonly RuleSet[],
  at: string,
  configuredVersion?: string,
): RuleSet {
  if (configuredVersion !== undefined) {
    const configured = sets.find((set) => set.version === configuredVersion)
    if (configured !== undefined) return configured
    const known = sets.map((set) => set.version).join(', ')
    throw new RangeError(`no rule set has version ${configuredVersion}; there are ${known}`)
  }
  const day = jstDate(parseInstant(at))
  const dated = sets
    .filter((set) => set.effectiveFrom !== null)
    .toSorted((a, b) => String(a.effectiveFrom).localeCompare(String(b.effectiveFrom)))
  const inForce = dated.findLast(
    (set) => String(set.effectiveFrom) <= day && day <= (set.effectiveTo ?? day),
  )
  const chosen = inForce ?? dated[0]
  if (chosen === undefined) throw new RangeError('no rule set has a first day; configure a version')
  return chosen
}
