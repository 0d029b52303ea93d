// The criteria of a serious accident (重大な事故): each impact alone against each row of its class.
// Impacts are never added up, neither across services nor across the effects of one service.

import type { LegalClassResult } from './classification.ts'
import type { ImpactFacts, ReportFacts } from './facts.ts'
import { lastedMs, reachMs } from './reach.ts'
import type { RuleSet, Threshold } from './rule-set.ts'

/**
 * How one impact stands to one threshold. `met`: reached. `forecast`: will be, by the reporter's own
 * estimate. `ahead`: will be if the impact goes on. `short`: users are missing.
 */
export interface ThresholdMatch {
  threshold: Threshold
  impact: ImpactFacts
  standing: 'met' | 'forecast' | 'ahead' | 'short'
  /** When the duration is reached; Infinity when the impact ends before. */
  atMs: number
}

/** Every standing of every impact; nothing for kinds of report that are no accidents. */
export function matchThresholds(facts: ReportFacts, ruleSet: RuleSet): ThresholdMatch[] {
  if (!ruleSet.accidentKinds.includes(facts.report.kind)) return []
  return facts.impacts.flatMap((impact) =>
    ruleSet.thresholds.flatMap((threshold) => {
      if (!applies(threshold, impact)) return []
      const atMs = reachMs(impact, threshold.minDurationSeconds)
      const standing = standingOf(threshold, impact, atMs, facts)
      return standing === null ? [] : [{ threshold, impact, standing, atMs }]
    }),
  )
}

/** Each impact under each class of the accident rules that it falls in. */
export function legalClassResults(
  facts: ReportFacts,
  ruleSet: RuleSet,
  matches: readonly ThresholdMatch[],
): LegalClassResult[] {
  if (!ruleSet.accidentKinds.includes(facts.report.kind)) return []
  return facts.impacts.flatMap((impact) => {
    const rows = ruleSet.thresholds.filter((threshold) => applies(threshold, impact))
    return [...new Set(rows.map((row) => row.legalClass))].map((legalClass) => ({
      pointer: impact.pointer,
      legalClass,
      users: impact.users,
      usersAssumed: impact.usersAssumed,
      durationSeconds: Math.floor(lastedMs(impact, facts) / 1000),
      met: isClassMet(matches, impact, legalClass),
    }))
  })
}

/** True when the impact already meets one row of the class. */
export function isClassMet(
  matches: readonly ThresholdMatch[],
  impact: ImpactFacts,
  legalClass: string,
): boolean {
  return matches.some(
    (match) =>
      match.standing === 'met' &&
      match.impact === impact &&
      match.threshold.legalClass === legalClass,
  )
}

function applies(threshold: Threshold, { impact }: ImpactFacts): boolean {
  return (
    threshold.services.includes(impact.service) &&
    threshold.effects.includes(impact.effect) &&
    (threshold.subtypes === undefined || threshold.subtypes.includes(impact.subtype ?? ''))
  )
}

function standingOf(
  threshold: Threshold,
  impact: ImpactFacts,
  atMs: number,
  facts: ReportFacts,
): ThresholdMatch['standing'] | null {
  if ((impact.users ?? 0) < threshold.minUsers) return impact.endMs > facts.nowMs ? 'short' : null
  if (atMs === Infinity) return null
  if (atMs <= facts.nowMs) return 'met'
  const expectedEndMs = impact.endMs === Infinity ? facts.estimatedEndMs : impact.endMs
  return expectedEndMs !== null && expectedEndMs >= atMs ? 'forecast' : 'ahead'
}
