// A rule set: the document that says which level a report has, when a fault is a serious accident,
// and which notices fall due. Documents live in rules/; schemas/rule-set.schema.json describes them.

import { Ajv2020 } from 'ajv/dist/2020.js'
import ruleSetSchema from '../../schemas/rule-set.schema.json' with { type: 'json' }
import type {
  AreaType,
  Bilingual,
  CallEffect,
  Effect,
  Kind,
  LevelValue,
  ReasonBasis,
  ServiceCode,
  State,
} from '../generated/report.gen.ts'

/** Duration and users, both to be reached, that make an impact of one legal class a serious accident. */
export interface Threshold {
  id: string
  legalClass: string
  services: ServiceCode[]
  /** Only these subtypes of the services; absent means all. */
  subtypes?: string[]
  effects: Effect[]
  minDurationSeconds: number
  minUsers: number
  level: LevelValue
  basis: ReasonBasis
  source: string
  criterion: Bilingual
}

/** Conditions of a level rule; all that are given must hold. */
export interface LevelCondition {
  kinds?: Kind[]
  states?: State[]
  /** One impact, of an effect that users feel, must reach these. */
  impact?: { minUsers?: number; minDurationSeconds?: number }
  /** One control that restricts traffic must reach these. */
  control?: { minBlockedPercent?: number; minDurationSeconds?: number }
  emergencyCalls?: CallEffect[]
  wholePrefecture?: true
  otherCarriersHit?: true
  /** Another organisation asserts, with high confidence, that a second report has the same cause. */
  sameCauseElsewhere?: true
  /** One of these words stands among the alternatives offered to users. */
  alternatives?: string[]
  /** The other rules already give at least this level. */
  minLevel?: LevelValue
}

export interface LevelRule {
  id: string
  level: LevelValue
  when: LevelCondition
  basis: ReasonBasis
  source: string
  text: Bilingual
}

/** Conditions of a deadline; all that are given must hold. */
export interface DeadlineCondition {
  kinds?: Kind[]
  states?: State[]
  notStates?: State[]
  open?: true
  /** False for exercises and tests. */
  actualOnly?: true
  thresholdMet?: true
  /** One of these level rules fired. */
  rules?: string[]
  minPrefectures?: number
  priorityTrafficInterrupted?: true
}

/** When a deadline falls: counted from an instant in seconds by level, or in days or months in Japan. */
export interface DeadlineDue {
  from: 'clockStart' | 'detectedAt' | 'asOf' | 'seriousSince' | 'windowStart'
  secondsByLevel?: Partial<Record<`${LevelValue}`, number>>
  days?: number
  months?: number
  monthsAfterQuarter?: number
  /** Times of day in Japan between which nothing falls due; it falls due at the end instead. */
  notBetween?: { from: string; to: string }
}

export type DeadlineKind =
  | 'firstNoticePeers'
  | 'firstNoticePublic'
  | 'updatePeers'
  | 'updatePublic'
  | 'regulatorFirst'
  | 'regulatorDetailed30Days'
  | 'quarterly'
  | 'priorityReview3Months'
  | 'nearMiss30Days'
  | 'advanceNotice10Days'
  | 'advanceNoticePriority'

export interface DeadlineRule {
  id: string
  kind: DeadlineKind
  audience: 'peer' | 'public' | 'regulator'
  when: DeadlineCondition
  due: DeadlineDue
  basis: ReasonBasis
  source: string
  text: Bilingual
}

export interface RuleSet {
  scheme: string
  version: string
  standing: 'inForce' | 'recommended'
  /** First and last day (YYYY-MM-DD, Japan); a set without a first day is used only when configured. */
  effectiveFrom: string | null
  effectiveTo: string | null
  title: Bilingual
  note: Bilingual
  legalClasses: (Bilingual & { id: string })[]
  /** Kinds of report to which the thresholds apply. */
  accidentKinds: Kind[]
  /** Effects that users feel. */
  impactEffects: Effect[]
  /** What an unknown user count is taken as, for these services when they fail in areas of these types. */
  unknownUsers: {
    services: ServiceCode[]
    areaTypes: AreaType[]
    takenAs: number
    basis: ReasonBasis
    source: string
  }
  thresholds: Threshold[]
  thresholdTexts: { met: Bilingual; forecast: Bilingual }
  levelRules: LevelRule[]
  deadlineRules: DeadlineRule[]
}

/**
 * A rule set out of a document that anybody may have written. Refuses, with every fault in the
 * message, a document that breaks schemas/rule-set.schema.json, repeats a rule id, or names a legal
 * class or level rule that it does not define.
 */
export function parseRuleSet(document: unknown): RuleSet {
  const validate = new Ajv2020({ allErrors: true, strict: false }).compile<RuleSet>(ruleSetSchema)
  if (!validate(document)) {
    const faults = (validate.errors ?? []).map(
      (error) => `${error.instancePath} ${error.message ?? ''}`,
    )
    throw new TypeError(`not a rule set: ${faults.join('; ')}`)
  }
  const faults = [...repeatedIds(document), ...unknownReferences(document)]
  if (faults.length > 0) throw new TypeError(`not a rule set: ${faults.join('; ')}`)
  return document
}

function repeatedIds(ruleSet: RuleSet): string[] {
  const seen = new Set<string>()
  const rules = [...ruleSet.thresholds, ...ruleSet.levelRules, ...ruleSet.deadlineRules]
  return rules.flatMap(({ id }) => {
    if (seen.has(id)) return [`two rules are called ${id}`]
    seen.add(id)
    return []
  })
}

function unknownReferences(ruleSet: RuleSet): string[] {
  const classes = new Set(ruleSet.legalClasses.map((entry) => entry.id))
  const levelRules = new Set(ruleSet.levelRules.map((rule) => rule.id))
  return [
    ...ruleSet.thresholds.flatMap((threshold) =>
      classes.has(threshold.legalClass) ? [] : [`${threshold.id} names an unknown legal class`],
    ),
    ...ruleSet.deadlineRules.flatMap((rule) =>
      (rule.when.rules ?? []).every((id) => levelRules.has(id))
        ? []
        : [`${rule.id} names an unknown level rule`],
    ),
  ]
}
