// A window of works has a length, and the decision to go back falls inside it.

import type { ReportRule } from './report-rule.ts'

export const checkWindow: ReportRule = ({ window }, faults) => {
  if (window === undefined) return
  const start = Date.parse(window.start)
  const end = Date.parse(window.end)
  if (start >= end) {
    faults.push({
      pointer: '/window/end',
      rule: 'window.order',
      detail: '/window/end must be after /window/start.',
      expected: `later than ${window.start}`,
    })
    return
  }
  if (window.rollbackDecisionAt === undefined) return
  const decision = Date.parse(window.rollbackDecisionAt)
  if (start <= decision && decision <= end) return
  faults.push({
    pointer: '/window/rollbackDecisionAt',
    rule: 'window.rollback',
    detail: '/window/rollbackDecisionAt is outside the window.',
    expected: `${window.start} to ${window.end}`,
  })
}
