// Words do not cause congestion: a report says restored or closed only when every impact and every
// control has ended by the moment for which it holds. Until then equipmentRestored says it right.

import type { Fault } from '../fault.ts'
import type { ReportRule } from './report-rule.ts'

export const checkRestored: ReportRule = ({ state, asOf, impacts, controls }, faults) => {
  if (state !== 'restored' && state !== 'closed') return
  const now = asOf === undefined ? Infinity : Date.parse(asOf.at)
  impacts?.forEach(({ effect, until }, index) => {
    if (effect === 'none' || hasEnded(until, now)) return
    faults.push(openFault('restored.openImpact', `/impacts/${index}/until`, state))
  })
  controls?.forEach(({ until }, index) => {
    if (hasEnded(until, now)) return
    faults.push(openFault('restored.openControl', `/controls/${index}/until`, state))
  })
}

function hasEnded(until: string | undefined, now: number): boolean {
  return until !== undefined && Date.parse(until) <= now
}

function openFault(rule: string, pointer: string, state: string): Fault {
  return {
    pointer,
    rule,
    detail: `${pointer} must be a time up to /asOf/at before the state can be ${state}.`,
    expected: 'an end that has passed, or the state equipmentRestored while it goes on',
  }
}
