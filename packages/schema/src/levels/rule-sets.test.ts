import { describe, expect, it } from 'vitest'
import { services } from '../codes/lists.ts'
import { ruleSetOf } from './example-report.ts'
import { parseRuleSet, type RuleSet } from './rule-set.ts'
import { chooseRuleSet, ruleSets } from './rule-sets.ts'

const of2015 = ruleSetOf('2015')
const of2025 = ruleSetOf('2025')

describe('the published rule sets', () => {
  it.each(ruleSets.map((set) => [set.version, set] as const))(
    '%s is a valid document',
    (_, set) => {
      expect(parseRuleSet(structuredClone(set))).toEqual(set)
    },
  )

  it('differ in the criteria of a serious accident and in nothing else', () => {
    expect(of2025.levelRules).toEqual(of2015.levelRules)
    expect(of2025.deadlineRules).toEqual(of2015.deadlineRules)
    expect(of2025.unknownUsers).toEqual(of2015.unknownUsers)
    const changed = of2025.thresholds.filter(
      (row) => !of2015.thresholds.some((old) => JSON.stringify(old) === JSON.stringify(row)),
    )
    expect(changed.map((row) => [row.id, row.minDurationSeconds, row.minUsers, row.basis])).toEqual(
      [
        ['serious.freeMessaging.4h', 14_400, 100_000, 'proposal'],
        ['serious.freeMessaging.2h', 7200, 1_000_000, 'proposal'],
        ['serious.general.1h', 3600, 100_000, 'proposal'],
      ],
    )
  })

  it('never present a recalled or recommended figure as the law', () => {
    for (const row of ruleSets.flatMap((set) => set.thresholds)) {
      const unsure = /Recalled|not found/.test(row.source)
      expect(row.basis, row.id).toBe(unsure ? 'proposal' : 'regulation')
    }
  })

  it('put every service in the legal classes that its code list names', () => {
    for (const [edition, set] of [
      ['2015', of2015],
      ['2025', of2025],
    ] as const) {
      for (const service of services) {
        const rows = set.thresholds.filter((row) => row.services.includes(service.code))
        const classes = [...new Set(rows.map((row) => row.legalClass))]
        expect(classes.toSorted(), service.code).toEqual(service.legalClasses[edition]?.toSorted())
        const known = new Set(service.subtypes.map((entry) => entry.code))
        for (const subtype of rows.flatMap((row) => row.subtypes ?? [])) {
          expect(known.has(subtype), subtype).toBe(true)
        }
      }
    }
  })
})

describe('parseRuleSet', () => {
  const broken = (change: (document: RuleSet) => void) => {
    const document = structuredClone(of2015)
    change(document)
    return () => parseRuleSet(document)
  }

  it.each([
    ['null', null],
    ['an empty object', {}],
    ['a list', []],
  ])('refuses %s', (_, document) => {
    expect(() => parseRuleSet(document)).toThrow('not a rule set')
  })

  it('refuses a misspelt condition instead of ignoring it', () => {
    expect(broken((set) => Object.assign(set.levelRules[0]!.when, { minUser: 5 }))).toThrow(
      '/levelRules/0/when',
    )
  })

  it('refuses a set without a rule that always holds', () => {
    expect(broken((set) => set.levelRules.pop())).toThrow('/levelRules')
  })

  it('refuses two rules of one name, unknown classes and unknown rules, all at once', () => {
    const parse = broken((set) => {
      set.levelRules[1]!.id = set.levelRules[0]!.id
      set.thresholds[0]!.legalClass = 'nobody'
      set.deadlineRules.push({ ...set.deadlineRules[0]!, id: 'more', when: { rules: ['nobody'] } })
    })
    expect(parse).toThrow(/two rules are called crisis\.users.*legal class.*unknown level rule/)
  })

  it('refuses a deadline counted in two ways', () => {
    expect(broken((set) => Object.assign(set.deadlineRules[0]!.due, { days: 3 }))).toThrow('/due')
  })
})

describe('chooseRuleSet', () => {
  const dated = (version: string, effectiveFrom: string | null, effectiveTo: string | null) => ({
    ...of2015,
    version,
    effectiveFrom,
    effectiveTo,
  })

  it('takes the criteria of 2015 by date, and never those whose entry into force is unknown', () => {
    expect(chooseRuleSet(ruleSets, '2026-11-22T00:00:00+09:00').version).toBe('2015.1.0')
    expect(chooseRuleSet(ruleSets.toReversed(), '2099-01-01T00:00:00Z').version).toBe('2015.1.0')
  })

  it('takes a configured version whatever the date, and refuses one that does not exist', () => {
    expect(chooseRuleSet(ruleSets, '2016-01-01T00:00:00Z', '2025.1.0')).toBe(of2025)
    expect(() => chooseRuleSet(ruleSets, '2026-01-01T00:00:00Z', '2019')).toThrow(
      '2015.1.0, 2025.1.0',
    )
  })

  it('changes sets at midnight in Japan', () => {
    const sets = [dated('2', '2027-04-01', null), dated('1', '2015-01-01', '2027-03-31')]
    expect(chooseRuleSet(sets, '2027-03-31T14:59:59Z').version).toBe('1')
    expect(chooseRuleSet(sets, '2027-03-31T15:00:00Z').version).toBe('2')
  })

  it('falls back to the first set before its day, and to the newest one that has begun', () => {
    const sets = [dated('2', '2027-04-01', null), dated('1', '2015-01-01', null)]
    expect(chooseRuleSet(sets, '2011-03-11T14:46:00+09:00').version).toBe('1')
    expect(chooseRuleSet(sets, '2030-01-01T00:00:00Z').version).toBe('2')
  })

  it('refuses sets of which none has a first day', () => {
    expect(() => chooseRuleSet([of2025], '2026-01-01T00:00:00Z')).toThrow('configure a version')
  })
})
