// Identity, numbering, the clock of record and the level are Renkei's to give.

import type { ReportRule } from './report-rule.ts'

export const renkeiGivenMembers = ['reportId', 'revision', 'recordedAt', 'level'] as const

export const checkRenkeiGiven: ReportRule = (_, faults, document) => {
  for (const member of renkeiGivenMembers) {
    if (!Object.hasOwn(document, member)) continue
    faults.push({
      pointer: `/${member}`,
      rule: 'readOnly',
      detail: `/${member} is given by Renkei and must not be sent.`,
      expected: 'no such member; for the level you see, use claimedLevel',
    })
  }
}
