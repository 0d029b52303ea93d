// 重大な事故まで n 分: what will happen by time alone, and what is missing where time is not enough.

import { formatJst } from './jst.ts'
import type { Countdown } from './classification.ts'
import type { ReportFacts } from './facts.ts'
import type { RuleMatch } from './level-rules.ts'
import type { RuleSet } from './rule-set.ts'
import { isClassMet, type ThresholdMatch } from './thresholds.ts'
import { fill, formatNumber } from './wording.ts'

const thresholdText = {
  ja: '重大な事故まで{minutes}分({class}、{criterion})',
  en: '{minutes} min to a serious accident ({class}: {criterion})',
}
const levelText = { ja: 'レベル{level}まで{minutes}分', en: '{minutes} min to level {level}' }
const usersText = {
  ja: '利用者があと{missing}で重大な事故の対象({class}、{criterion})',
  en: '{missing} users short of a serious accident ({class}: {criterion})',
}

/** What is ahead, soonest first, then what lacks users. Rules that would not raise the level are left out. */
export function findCountdown(
  facts: ReportFacts,
  ruleSet: RuleSet,
  thresholds: readonly ThresholdMatch[],
  rules: { level: number; matches: readonly RuleMatch[] },
): Countdown[] {
  const ahead: { atMs: number; entry: Countdown }[] = []
  const short: Countdown[] = []
  for (const match of thresholds) {
    if (
      match.standing === 'met' ||
      isClassMet(thresholds, match.impact, match.threshold.legalClass)
    )
      continue
    if (match.standing === 'short') short.push(lacking(match, ruleSet))
    else ahead.push({ atMs: match.atMs, entry: coming(match, ruleSet, facts) })
  }
  for (const match of rules.matches) {
    if (match.atMs <= facts.nowMs || match.rule.level <= rules.level) continue
    ahead.push({ atMs: match.atMs, entry: rising(match, facts) })
  }
  return [...ahead.toSorted((a, b) => a.atMs - b.atMs).map(({ entry }) => entry), ...short]
}

function coming(match: ThresholdMatch, ruleSet: RuleSet, facts: ReportFacts): Countdown {
  const minutesLeft = minutesTo(match.atMs, facts)
  return {
    ...thresholdPart(match),
    at: formatJst(match.atMs),
    minutesLeft,
    text: fill(thresholdText, { ...classWords(match, ruleSet), minutes: number(minutesLeft) }),
  }
}

function lacking(match: ThresholdMatch, ruleSet: RuleSet): Countdown {
  const users = match.threshold.minUsers - (match.impact.users ?? 0)
  return {
    ...thresholdPart(match),
    missing: { users },
    text: fill(usersText, { ...classWords(match, ruleSet), missing: number(users) }),
  }
}

function rising(match: RuleMatch, facts: ReportFacts): Countdown {
  const minutesLeft = minutesTo(match.atMs, facts)
  const pointer = match.impact?.pointer ?? match.control?.pointer
  return {
    ruleId: match.rule.id,
    level: match.rule.level,
    ...(pointer === undefined ? {} : { pointer }),
    at: formatJst(match.atMs),
    minutesLeft,
    text: fill(levelText, { level: number(match.rule.level), minutes: number(minutesLeft) }),
  }
}

function thresholdPart({ threshold, impact }: ThresholdMatch) {
  return {
    ruleId: threshold.id,
    level: threshold.level,
    legalClass: threshold.legalClass,
    pointer: impact.pointer,
  }
}

/** The words for the class and criterion of a threshold. */
export function classWords({ threshold }: ThresholdMatch, ruleSet: RuleSet) {
  const names = ruleSet.legalClasses.find((entry) => entry.id === threshold.legalClass)
  return {
    class: { ja: names?.ja ?? threshold.legalClass, en: names?.en ?? threshold.legalClass },
    criterion: threshold.criterion,
  }
}

function minutesTo(atMs: number, facts: ReportFacts): number {
  return Math.ceil((atMs - facts.nowMs) / 60_000)
}

function number(value: number) {
  const text = formatNumber(value)
  return { ja: text, en: text }
}
