// Properties that hold for every report and every instant, over reports made at random.

import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import reportSchema from '../../schemas/report.schema.json' with { type: 'json' }
import type { Impact } from '../generated/report.gen.ts'
import type { ClassifiableReport } from './classification.ts'
import { classify } from './classify.ts'
import { afterStart } from './example-report.ts'
import { ruleSets } from './rule-sets.ts'

const ajv = new Ajv2020({ strict: false })
addFormats.default(ajv)
const isAssessedLevel = ajv
  .addSchema(reportSchema)
  .compile({ $ref: `${reportSchema.$id}#/$defs/assessedLevel` })

const enums = reportSchema.$defs
const oneOf = (list: readonly string[]) => fc.constantFrom(...list) as fc.Arbitrary<never>
const seconds = fc.integer({ min: -100_000, max: 1_000_000 })
const instantText = seconds.map(afterStart)
const instant = fc.record({ at: instantText, precision: oneOf(enums.precision.enum) })
const count = fc.oneof(
  fc.integer({ min: 0, max: 1_000_000_000 }),
  fc.constantFrom(29_999, 30_000, 99_999, 100_000, 999_999, 1_000_000),
)
const users = fc.oneof(
  fc.record({ value: count, qualifier: oneOf(enums.usersQualifier.enum) }),
  fc.constant({ qualifier: 'unknown' as never }),
)
const area = fc.record(
  {
    type: oneOf(enums.areaType.enum),
    code: fc.constantFrom('13', '131016', 'JP'),
    prefectures: fc.subarray(['01', '47'], { minLength: 1 }),
  },
  { requiredKeys: ['type'] },
)
const areas = fc.array(area, { minLength: 1, maxLength: 3 })
const impact = fc.record(
  {
    service: oneOf(enums.serviceCode.enum),
    effect: oneOf(enums.effect.enum),
    users,
    subtype: fc.constantFrom('messagingLarge', 'volte'),
    areas,
    from: instantText,
    until: instantText,
  },
  { requiredKeys: ['service', 'effect', 'users'] },
)
const control = fc.record(
  {
    kind: oneOf(enums.controlKind.enum),
    trafficType: oneOf(enums.trafficType.enum),
    from: instantText,
    until: instantText,
    blockedPercentMax: fc.double({ min: 0, max: 100, noNaN: true }),
  },
  { requiredKeys: ['kind', 'trafficType', 'from'] },
)
const anyReport: fc.Arbitrary<ClassifiableReport> = fc.record(
  {
    kind: oneOf(enums.kind.enum),
    messageStatus: oneOf(enums.messageStatus.enum),
    state: oneOf(enums.state.enum),
    reporter: fc.constant({ organisation: 'example-mobile' }),
    occurredAt: instant,
    detectedAt: instant,
    asOf: instant,
    restoredAt: instant,
    impacts: fc.array(impact, { maxLength: 4 }),
    emergencyCalls: fc.record({ effect: oneOf(enums.callEffect.enum) }),
    areas,
    controls: fc.array(control, { maxLength: 3 }),
    interconnect: fc.record({
      otherCarrierUsersAffected: fc.boolean(),
      priorityTrafficInterrupted: fc.boolean(),
    }),
    related: fc.array(
      fc.record({
        reportId: fc.constant('01870000-0000-7000-8000-000000000001'),
        relation: oneOf(enums.relation.enum),
        assertedBy: fc.constantFrom('example-mobile', 't-ceptoar'),
        confidence: oneOf(enums.confidence.enum),
      }),
      { maxLength: 2 },
    ),
    texts: fc.constantFrom([], [{ alternatives: ['171', '00000JAPAN'] }]),
    window: fc.record({ start: instantText, end: instantText }),
    estimate: fc.array(
      fc.record(
        { at: instantText, target: instantText, areas, confidence: oneOf(enums.confidence.enum) },
        { requiredKeys: ['confidence'] },
      ),
      { maxLength: 3 },
    ),
  },
  {
    requiredKeys: [
      'kind',
      'messageStatus',
      'state',
      'reporter',
      'detectedAt',
      'asOf',
      'impacts',
      'emergencyCalls',
      'areas',
    ],
  },
)
const anyRuleSet = fc.constantFrom(...ruleSets)

describe('classify', () => {
  it('gives every report a level that the schema accepts, the same each time, and changes nothing', () => {
    fc.assert(
      fc.property(anyReport, anyRuleSet, instantText, (report, ruleSet, now) => {
        const before = JSON.stringify(report)
        const result = classify(report, { ruleSet, now })
        expect(isAssessedLevel(result.level), JSON.stringify(isAssessedLevel.errors)).toBe(true)
        expect(result.level.value).toBe(
          Math.max(...result.level.reasons.map((reason) => reason.level)),
        )
        expect(new Set(result.level.ruleIds).size).toBe(result.level.ruleIds.length)
        expect(JSON.stringify(result)).not.toMatch(/\{[a-z]+\}|NaN|Infinity|undefined/)
        expect(classify(report, { ruleSet, now })).toEqual(result)
        expect(JSON.stringify(report)).toBe(before)
      }),
      { numRuns: 400 },
    )
  })

  it('never lowers the level as time passes', () => {
    fc.assert(
      fc.property(anyReport, anyRuleSet, seconds, fc.nat(500_000), (report, ruleSet, at, more) => {
        const earlier = classify(report, { ruleSet, now: afterStart(at) })
        const later = classify(report, { ruleSet, now: afterStart(at + more) })
        expect(later.level.value).toBeGreaterThanOrEqual(earlier.level.value)
      }),
      { numRuns: 400 },
    )
  })

  it('never lowers the level when more users are hit', () => {
    fc.assert(
      fc.property(
        anyReport,
        anyRuleSet,
        instantText,
        fc.nat(2_000_000),
        (report, ruleSet, now, more) => {
          const impacts = report.impacts.map((part): Impact => ({
            ...part,
            users: { ...part.users, value: (part.users.value ?? 0) + more },
          }))
          const fewer = classify(report, { ruleSet, now })
          expect(
            classify({ ...report, impacts }, { ruleSet, now }).level.value,
          ).toBeGreaterThanOrEqual(fewer.level.value)
        },
      ),
      { numRuns: 400 },
    )
  })

  it('gives several impacts the highest of the levels each would have alone', () => {
    fc.assert(
      fc.property(
        anyReport,
        anyRuleSet,
        instantText,
        ({ controls: _, ...report }, ruleSet, now) => {
          const alone = report.impacts.map(
            (part) => classify({ ...report, impacts: [part] }, { ruleSet, now }).level.value,
          )
          fc.pre(alone.length > 0)
          expect(classify(report, { ruleSet, now }).level.value).toBe(Math.max(...alone))
        },
      ),
      { numRuns: 400 },
    )
  })

  it('reaches the level of a countdown at its instant, if nothing else changes', () => {
    fc.assert(
      fc.property(anyReport, anyRuleSet, instantText, (report, ruleSet, now) => {
        for (const entry of classify(report, { ruleSet, now }).countdown) {
          if (!('at' in entry)) continue
          const then = classify(report, { ruleSet, now: entry.at })
          expect(then.level.ruleIds).toContain(entry.ruleId)
          expect(entry.minutesLeft).toBeGreaterThan(0)
        }
      }),
      { numRuns: 400 },
    )
  })
})
