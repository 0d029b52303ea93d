// The low end of the share blocked is not above its high end.

import type { ReportRule } from './report-rule.ts'

export const checkBlockedRange: ReportRule = ({ controls }, faults) => {
  controls?.forEach(({ blockedPercentMin, blockedPercentMax }, index) => {
    if (blockedPercentMin === undefined || blockedPercentMax === undefined) return
    if (blockedPercentMin <= blockedPercentMax) return
    faults.push({
      pointer: `/controls/${index}/blockedPercentMin`,
      rule: 'control.range',
      detail: `/controls/${index}/blockedPercentMin is above blockedPercentMax.`,
      expected: `at most ${blockedPercentMax}`,
    })
  })
}
