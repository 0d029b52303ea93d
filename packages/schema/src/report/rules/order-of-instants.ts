// The order of the instants of an incident: it occurs, is detected, is restored. A time that is
// not known, or for detection not exact, proves nothing.

import type { Instant } from '../../generated/report.gen.ts'
import type { ReportRule } from './report-rule.ts'

export const checkOrderOfInstants: ReportRule = (
  { occurredAt, detectedAt, restoredAt },
  faults,
) => {
  if (isBefore(restoredAt, occurredAt, isKnown)) {
    faults.push({
      pointer: '/restoredAt/at',
      rule: 'restoredAt.order',
      detail: '/restoredAt/at is before /occurredAt/at.',
      expected: `${occurredAt?.at} or later`,
    })
  }
  if (isBefore(detectedAt, occurredAt, isExact)) {
    faults.push({
      pointer: '/detectedAt/at',
      rule: 'detectedAt.order',
      detail: '/detectedAt/at is before /occurredAt/at, and both are exact.',
      expected: `${occurredAt?.at} or later`,
    })
  }
}

function isBefore(
  later: Instant | undefined,
  earlier: Instant | undefined,
  counts: (instant: Instant) => boolean,
): boolean {
  if (later === undefined || earlier === undefined) return false
  return counts(later) && counts(earlier) && Date.parse(later.at) < Date.parse(earlier.at)
}

function isKnown({ precision }: Instant): boolean {
  return precision !== 'unknown'
}

function isExact({ precision }: Instant): boolean {
  return precision === 'exact'
}
