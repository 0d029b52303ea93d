// From the facts of a report to its level, with the reason for each rule, the deadlines that follow
// and what is ahead. Pure: the rules are data (rules/), the time is a parameter.

import type { AssessedLevel, LevelValue, Reason } from '../generated/report.gen.ts'
import type { Classification, ClassifiableReport } from './classification.ts'
import { classWords, findCountdown } from './countdown.ts'
import { findDeadlines } from './deadlines.ts'
import { gatherFacts, type ReportFacts } from './facts.ts'
import { heldReason, type LevelBefore } from './hold-level.ts'
import { formatJst, parseInstant } from './jst.ts'
import { matchLevelRules, matchLevelZero, type RuleMatch } from './level-rules.ts'
import type { RuleSet } from './rule-set.ts'
import { legalClassResults, matchThresholds, type ThresholdMatch } from './thresholds.ts'
import { controlWords, fill, impactWords } from './wording.ts'

export interface ClassifyOptions {
  readonly ruleSet: RuleSet
  /** RFC 3339. */
  readonly now: string
  /** What the revision before this one had: its level holds while the incident is open. */
  readonly before?: LevelBefore | undefined
}

/**
 * The level of a report at an instant: the highest of all rules that fire, never a sum of impacts.
 * Durations run from `occurredAt`, or from `detectedAt` when it is absent or its precision unknown;
 * a restored incident stops the clock. Refuses nothing that is a report.
 */
export function classify(report: ClassifiableReport, options: ClassifyOptions): Classification {
  const { ruleSet } = options
  const facts = gatherFacts(report, ruleSet, parseInstant(options.now))
  const thresholds = matchThresholds(facts, ruleSet)
  const thresholdReasons = reasonsOfThresholds(thresholds, facts, ruleSet)
  const matches = matchLevelRules(facts, ruleSet, highest(thresholdReasons))
  const reasons = [...thresholdReasons, ...reasonsOfRules(matches, facts)]
  if (reasons.length === 0) reasons.push(reasonOfLevelZero(facts, ruleSet))
  const held = heldReason(reasons, report.state, options.before)
  const level = assess(held ? [held, ...reasons] : reasons, ruleSet)
  const firedRuleIds = new Set(level.ruleIds)
  return {
    level,
    deadlines: findDeadlines(facts, ruleSet, { level: level.value, firedRuleIds, thresholds }),
    countdown: findCountdown(facts, ruleSet, thresholds, { level: level.value, matches }),
    legalClasses: legalClassResults(facts, ruleSet, thresholds),
    clock: {
      startedAt: formatJst(facts.startMs),
      from: facts.startedBy,
      ...(facts.stoppedMs === null ? {} : { stoppedAt: formatJst(facts.stoppedMs) }),
    },
  }
}

function assess(reasons: readonly Reason[], ruleSet: RuleSet): AssessedLevel {
  const ordered = reasons.toSorted((a, b) => b.level - a.level)
  return {
    scheme: ruleSet.scheme,
    version: ruleSet.version,
    value: highest(ordered),
    ruleIds: ordered.map((reason) => reason.ruleId),
    reasons: ordered,
  }
}

function highest(reasons: readonly Reason[]): LevelValue {
  return reasons.reduce<LevelValue>((top, reason) => (reason.level > top ? reason.level : top), 0)
}

/** One reason per threshold, met before forecast, for the impact with most users. */
function reasonsOfThresholds(
  matches: readonly ThresholdMatch[],
  facts: ReportFacts,
  ruleSet: RuleSet,
): Reason[] {
  const reasons = new Map<string, Reason>()
  const byUsers = matches.toSorted((a, b) => (b.impact.users ?? 0) - (a.impact.users ?? 0))
  for (const standing of ['met', 'forecast'] as const) {
    for (const match of byUsers) {
      const { threshold, impact } = match
      if (match.standing !== standing || reasons.has(threshold.id)) continue
      reasons.set(threshold.id, {
        ruleId: standing === 'met' ? threshold.id : `${threshold.id}.forecast`,
        level: threshold.level,
        basis: standing === 'met' ? threshold.basis : 'proposal',
        text: fill(ruleSet.thresholdTexts[standing], {
          ...impactWords(impact, facts),
          ...classWords(match, ruleSet),
        }),
        pointer: impact.pointer,
        source: threshold.source,
      })
    }
  }
  return [...reasons.values()]
}

function reasonsOfRules(matches: readonly RuleMatch[], facts: ReportFacts): Reason[] {
  return matches.flatMap(({ rule, atMs, impact, control }) => {
    if (atMs > facts.nowMs) return []
    const pointer = impact?.pointer ?? control?.pointer
    const words = {
      ...(impact === undefined ? {} : impactWords(impact, facts)),
      ...(control === undefined ? {} : controlWords(control)),
    }
    return [
      {
        ruleId: rule.id,
        level: rule.level,
        basis: rule.basis,
        text: fill(rule.text, words),
        ...(pointer === undefined ? {} : { pointer }),
        source: rule.source,
      },
    ]
  })
}

function reasonOfLevelZero(facts: ReportFacts, ruleSet: RuleSet): Reason {
  const rule = matchLevelZero(facts, ruleSet)
  return { ruleId: rule.id, level: 0, basis: rule.basis, text: rule.text, source: rule.source }
}
