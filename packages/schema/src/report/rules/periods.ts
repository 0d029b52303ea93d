// A period ends when it begins or later: impacts and controls.

import type { Fault } from '../fault.ts'
import type { ReportRule } from './report-rule.ts'

export const checkPeriods: ReportRule = ({ impacts, controls }, faults) => {
  impacts?.forEach((impact, index) => checkPeriod(impact, `/impacts/${index}`, faults))
  controls?.forEach((control, index) => checkPeriod(control, `/controls/${index}`, faults))
}

function checkPeriod(period: { from?: string; until?: string }, pointer: string, faults: Fault[]) {
  const { from, until } = period
  if (from === undefined || until === undefined) return
  if (Date.parse(from) <= Date.parse(until)) return
  faults.push({
    pointer: `${pointer}/until`,
    rule: 'period.order',
    detail: `${pointer}/until is before ${pointer}/from.`,
    expected: `${from} or later`,
  })
}
