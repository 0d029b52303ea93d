// The published vectors (vectors/classify), which other carriers run against their own programs.

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseReport } from '../report/parse-report.ts'
import type { Report } from '../generated/report.gen.ts'
import { classify } from './classify.ts'
import { chooseRuleSet, ruleSets } from './rule-sets.ts'

interface Vector {
  why: string
  ruleSet: string
  now: string
  report: Report
  expected: {
    level: number
    ruleIds: string[]
    countdown?: object[]
    deadlines?: object[]
    legalClasses?: object[]
    clock?: object
  }
}

const folder = new URL('../../vectors/classify/', import.meta.url)
const vectors = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name): [string, Vector] => [
    name,
    JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Vector,
  ])

describe('vectors/classify', () => {
  it('are at least 25, each with a reason of its own', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(25)
    expect(new Set(vectors.map(([, vector]) => vector.why)).size).toBe(vectors.length)
  })

  it.each(vectors)('%s holds', (_, { ruleSet, now, report, expected }) => {
    expect(parseReport(report)).toEqual({ ok: true, report })
    const got = classify(report, { ruleSet: chooseRuleSet(ruleSets, now, ruleSet), now })
    expect(got.level).toMatchObject({ value: expected.level, ruleIds: expected.ruleIds })
    if (expected.countdown !== undefined) expect(got.countdown).toMatchObject(expected.countdown)
    if (expected.deadlines !== undefined) {
      expect(
        got.deadlines.map(({ kind, audience, dueAt, basis }) => ({ kind, audience, dueAt, basis })),
      ).toEqual(expected.deadlines)
    }
    if (expected.legalClasses !== undefined) {
      expect(got.legalClasses).toMatchObject(expected.legalClasses)
    }
    if (expected.clock !== undefined) expect(got.clock).toEqual(expected.clock)
  })
})
