// The bound of the accept path. Beyond it a report is refused with a time to come back; reports of
// the highest levels get twice the room, so they are refused last.

import { classify, type Report, type RuleSet } from '@renkei/schema'
import { DomainError } from '../problem/domain-error.ts'
import type { Committer } from './committer.ts'

export interface AdmissionDeps {
  readonly committer: Pick<Committer, 'pending'>
  readonly acceptQueueMax: number
  readonly chooseRuleSet: (at: string) => RuleSet
}

/** Refuses with `overloaded` when too many submissions wait. */
export function admit(report: Report, deps: AdmissionDeps): void {
  const pending = deps.committer.pending()
  if (pending < deps.acceptQueueMax) return
  if (pending < deps.acceptQueueMax * 2 && isUrgent(report, deps)) return
  throw new DomainError('overloaded', {
    detail: 'Too many reports are being stored at the moment.',
    retryAfterSeconds: 1,
  })
}

function isUrgent(report: Report, deps: AdmissionDeps): boolean {
  if (report.messageStatus !== 'actual') return false
  const ruleSet = deps.chooseRuleSet(report.detectedAt.at)
  return classify(report, { ruleSet, now: report.asOf.at }).level.value >= 3
}
