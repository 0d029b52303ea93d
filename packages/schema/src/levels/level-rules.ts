// The level table: whether a rule of the table holds, or when it will by time alone.

import type { Area, Effect } from '../generated/report.gen.ts'
import type { ControlFacts, ImpactFacts, ReportFacts } from './facts.ts'
import { reachMs } from './reach.ts'
import type { LevelCondition, LevelRule, RuleSet } from './rule-set.ts'

/** Where and when a rule holds; up to now it fires, later it comes by time alone. */
export interface RuleMatch {
  rule: LevelRule
  atMs: number
  impact?: ImpactFacts
  control?: ControlFacts
}

/**
 * Every rule of the table that holds now or will by time alone, in the order of the table. Rules of
 * level 0 are left out: they only name why nothing else fired.
 */
export function matchLevelRules(
  facts: ReportFacts,
  ruleSet: RuleSet,
  thresholdLevel: number,
): RuleMatch[] {
  const raising = ruleSet.levelRules.filter((rule) => rule.level > 0)
  const matches = new Map<LevelRule, RuleMatch>()
  let level = thresholdLevel
  for (const rule of raising) {
    if (rule.when.minLevel !== undefined) continue
    const match = matchRule(rule, facts, ruleSet)
    if (match === null) continue
    matches.set(rule, match)
    if (match.atMs <= facts.nowMs) level = Math.max(level, rule.level)
  }
  for (const rule of raising) {
    if (rule.when.minLevel === undefined || level < rule.when.minLevel) continue
    const match = matchRule(rule, facts, ruleSet)
    if (match !== null) matches.set(rule, match)
  }
  return raising.flatMap((rule) => matches.get(rule) ?? [])
}

/** The first rule of level 0 that holds: why the report has no level above it. */
export function matchLevelZero(facts: ReportFacts, ruleSet: RuleSet): LevelRule {
  const rule = ruleSet.levelRules.find(
    (candidate) => candidate.level === 0 && matchRule(candidate, facts, ruleSet) !== null,
  )
  if (rule === undefined)
    throw new TypeError('a rule set needs a rule of level 0 without conditions')
  return rule
}

/** Prefecture codes that areas touch; the country counts as all 47. */
export function countPrefectures(areas: readonly Area[]): number {
  const codes = new Set<string>()
  for (const area of areas) {
    if (area.type === 'country') return 47
    if (area.type === 'prefecture' || area.type === 'municipality')
      codes.add((area.code ?? '').slice(0, 2))
    for (const code of area.prefectures ?? []) codes.add(code)
  }
  return codes.size
}

function matchRule(rule: LevelRule, facts: ReportFacts, ruleSet: RuleSet): RuleMatch | null {
  const { when } = rule
  if (!factsHold(when, facts) || !networkHolds(when, facts, ruleSet.impactEffects)) return null
  const impact = when.impact === undefined ? undefined : soonestImpact(when.impact, facts)
  const control = when.control === undefined ? undefined : soonestControl(when.control, facts)
  if (impact === null || control === null) return null
  const atMs = Math.max(impact?.atMs ?? -Infinity, control?.atMs ?? -Infinity)
  return {
    rule,
    atMs,
    ...(impact === undefined ? {} : { impact: impact.span }),
    ...(control === undefined ? {} : { control: control.span }),
  }
}

function factsHold(when: LevelCondition, { report, happening }: ReportFacts): boolean {
  if (when.kinds !== undefined && !when.kinds.includes(report.kind)) return false
  if (when.states !== undefined && !when.states.includes(report.state)) return false
  if (when.emergencyCalls === undefined) return true
  return happening && when.emergencyCalls.includes(report.emergencyCalls.effect)
}

function networkHolds(when: LevelCondition, facts: ReportFacts, felt: readonly Effect[]): boolean {
  const { report, happening } = facts
  if (when.wholePrefecture && !report.areas.some(isPrefectureWide)) return false
  if (when.otherCarriersHit && !(happening && otherCarriersHit(facts, felt))) return false
  if (when.sameCauseElsewhere && !(happening && sameCauseElsewhere(facts))) return false
  if (when.alternatives === undefined) return true
  const { alternatives } = when
  const offered = [report.emergencyCalls, ...(report.texts ?? [])].flatMap(
    (part) => part.alternatives ?? [],
  )
  return (
    happening &&
    offered.some((text) =>
      alternatives.some((word) => text.toUpperCase().includes(word.toUpperCase())),
    )
  )
}

function isPrefectureWide(area: Area): boolean {
  return area.type === 'country' || area.type === 'prefecture' || area.type === 'region'
}

function otherCarriersHit({ report }: ReportFacts, felt: readonly Effect[]): boolean {
  const { interconnect } = report
  if (interconnect?.otherCarrierUsersAffected === true) return true
  return (interconnect?.peersAffected ?? []).some((peer) => felt.includes(peer.effect))
}

/** The reporter cannot raise itself by naming its own second report: somebody else must say so. */
function sameCauseElsewhere({ report }: ReportFacts): boolean {
  return (report.related ?? []).some(
    (link) =>
      link.relation === 'sameCause' &&
      link.confidence === 'high' &&
      link.assertedBy !== undefined &&
      link.assertedBy !== report.reporter.organisation,
  )
}

interface Soonest<T> {
  atMs: number
  span: T
}

/** The impact that fulfils the condition first; among those that do already, the one with most users. */
function soonestImpact(
  condition: NonNullable<LevelCondition['impact']>,
  facts: ReportFacts,
): Soonest<ImpactFacts> | null {
  let best: Soonest<ImpactFacts> | null = null
  for (const span of facts.impacts) {
    if ((span.users ?? 0) < (condition.minUsers ?? 0)) continue
    const atMs = Math.max(reachMs(span, condition.minDurationSeconds), facts.nowMs)
    if (atMs === Infinity) continue
    const more = best !== null && atMs === best.atMs && (span.users ?? 0) > (best.span.users ?? 0)
    if (best === null || atMs < best.atMs || more) best = { atMs, span }
  }
  return best
}

/** The control that fulfils the condition first; among those that do already, the one that blocks most. */
function soonestControl(
  condition: NonNullable<LevelCondition['control']>,
  facts: ReportFacts,
): Soonest<ControlFacts> | null {
  let best: Soonest<ControlFacts> | null = null
  for (const span of facts.controls) {
    if (span.blockedPercent < (condition.minBlockedPercent ?? 0)) continue
    const atMs = Math.max(reachMs(span, condition.minDurationSeconds), facts.nowMs)
    if (atMs === Infinity) continue
    const more =
      best !== null && atMs === best.atMs && span.blockedPercent > best.span.blockedPercent
    if (best === null || atMs < best.atMs || more) best = { atMs, span }
  }
  return best
}
