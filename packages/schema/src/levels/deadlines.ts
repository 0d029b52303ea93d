// The notices that are owed and when: one row of the rule set's deadlines against the facts.

import type { LevelValue } from '../generated/report.gen.ts'
import type { Deadline } from './classification.ts'
import type { ReportFacts } from './facts.ts'
import {
  afterPause,
  endOfDayAfterDays,
  endOfDayAfterMonths,
  endOfMonthAfterQuarter,
  formatJst,
  parseInstant,
} from './jst.ts'
import { countPrefectures } from './level-rules.ts'
import type { DeadlineCondition, DeadlineDue, DeadlineRule, RuleSet } from './rule-set.ts'
import type { ThresholdMatch } from './thresholds.ts'

export interface Assessed {
  level: LevelValue
  firedRuleIds: ReadonlySet<string>
  thresholds: readonly ThresholdMatch[]
}

/** Every deadline that the level and the rules bring, soonest first. */
export function findDeadlines(
  facts: ReportFacts,
  ruleSet: RuleSet,
  assessed: Assessed,
): Deadline[] {
  const found: { deadline: Deadline; dueMs: number }[] = []
  for (const rule of ruleSet.deadlineRules) {
    if (!conditionHolds(rule.when, facts, assessed)) continue
    const dueMs = dueInstant(rule.due, facts, assessed)
    if (dueMs !== null) found.push({ deadline: toDeadline(rule, dueMs, assessed), dueMs })
  }
  return found.toSorted((a, b) => a.dueMs - b.dueMs).map((entry) => entry.deadline)
}

function toDeadline(rule: DeadlineRule, dueMs: number, assessed: Assessed): Deadline {
  return {
    ruleId: rule.id,
    kind: rule.kind,
    audience: rule.audience,
    dueAt: formatJst(dueMs),
    basis: rule.when.thresholdMet && !metByRegulation(assessed) ? 'proposal' : rule.basis,
    source: rule.source,
    text: rule.text,
  }
}

/** A duty of the law is only as firm as the threshold that brings it. */
function metByRegulation({ thresholds }: Assessed): boolean {
  return thresholds.some(
    (match) => match.standing === 'met' && match.threshold.basis === 'regulation',
  )
}

function conditionHolds(when: DeadlineCondition, facts: ReportFacts, assessed: Assessed): boolean {
  const { report } = facts
  if (when.kinds !== undefined && !when.kinds.includes(report.kind)) return false
  if (when.states !== undefined && !when.states.includes(report.state)) return false
  if (when.notStates?.includes(report.state)) return false
  if (when.open && !facts.open) return false
  if (when.actualOnly && report.messageStatus !== 'actual') return false
  if (when.thresholdMet && !assessed.thresholds.some((match) => match.standing === 'met'))
    return false
  if (when.rules !== undefined && !when.rules.some((id) => assessed.firedRuleIds.has(id)))
    return false
  if (when.minPrefectures !== undefined && countPrefectures(report.areas) < when.minPrefectures)
    return false
  return (
    !when.priorityTrafficInterrupted || report.interconnect?.priorityTrafficInterrupted === true
  )
}

function dueInstant(due: DeadlineDue, facts: ReportFacts, assessed: Assessed): number | null {
  const fromMs = anchorMs(due.from, facts, assessed)
  if (fromMs === null) return null
  if (due.days !== undefined) return endOfDayAfterDays(fromMs, due.days)
  if (due.months !== undefined) return endOfDayAfterMonths(fromMs, due.months)
  if (due.monthsAfterQuarter !== undefined)
    return endOfMonthAfterQuarter(fromMs, due.monthsAfterQuarter)
  const seconds = due.secondsByLevel?.[`${assessed.level}`]
  if (seconds === undefined) return null
  const dueMs = fromMs + seconds * 1000
  return due.notBetween === undefined ? dueMs : afterPause(dueMs, due.notBetween)
}

function anchorMs(
  from: DeadlineDue['from'],
  facts: ReportFacts,
  assessed: Assessed,
): number | null {
  const { report } = facts
  switch (from) {
    case 'clockStart':
      return facts.startMs
    case 'detectedAt':
      return parseInstant(report.detectedAt.at)
    case 'asOf':
      return facts.asOfMs
    case 'seriousSince':
      return seriousSinceMs(assessed) ?? facts.startMs
    case 'windowStart':
      return report.window === undefined ? null : parseInstant(report.window.start)
    default:
      return from satisfies never
  }
}

/** When the incident became a serious accident, or when it is forecast to. */
function seriousSinceMs({ thresholds }: Assessed): number | null {
  for (const standing of ['met', 'forecast'] as const) {
    const instants = thresholds
      .filter((match) => match.standing === standing)
      .map((match) => match.atMs)
    if (instants.length > 0) return Math.min(...instants)
  }
  return null
}
