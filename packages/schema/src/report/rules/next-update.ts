// The promise of a next update lies ahead of the moment for which the report holds.

import type { ReportRule } from './report-rule.ts'

export const checkNextUpdate: ReportRule = ({ nextUpdateBy, asOf }, faults) => {
  if (nextUpdateBy === undefined || asOf === undefined) return
  if (Date.parse(nextUpdateBy) > Date.parse(asOf.at)) return
  faults.push({
    pointer: '/nextUpdateBy',
    rule: 'nextUpdateBy.past',
    detail: '/nextUpdateBy must be after /asOf/at.',
    expected: `later than ${asOf.at}`,
  })
}
