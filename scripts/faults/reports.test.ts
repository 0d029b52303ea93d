import { chooseRuleSet, classify, parseReport, ruleSets } from '@renkei/schema'
import { expect, test } from 'vitest'
import { makeRandom } from './random.ts'
import { impacts, writeReport } from './reports.ts'

test('every report is valid and has the level that was asked for', () => {
  const levels = impacts.map((_, level) => {
    const parsed = parseReport(JSON.parse(writeReport('carrier', makeRandom(1), level)))
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
    const { report } = parsed
    const ruleSet = chooseRuleSet(ruleSets, report.detectedAt.at, '2015.1.0')
    return classify(report, { ruleSet, now: report.asOf.at }).level.value
  })
  expect(levels).toEqual([0, 1, 2, 3, 4])
})
