// Whether a report may join those that are stored, and before whom. Each organisation has a rate and a
// share of the queue, so that a flood of one leaves the others their room; levels 3 and 4 have a rate
// and shares of their own, and the higher a level, the later it is refused.

import { type Db, readHeads } from '@renkei/db'
import { classify } from '@renkei/schema'
import type { Limits } from '../limits/limits.ts'
import type { Places } from '../limits/places.ts'
import { DomainError } from '../problem/domain-error.ts'
import type { Admitted, Committer } from './committer.ts'
import type { Rank } from './fair-queue.ts'
import { assess, type DecideDeps } from './submit-report.ts'
import type { Answer, Submission } from './submission.ts'

export interface AdmissionDeps extends Pick<DecideDeps, 'chooseRuleSet'> {
  readonly db: Db
  readonly committer: Committer
  readonly limits: Pick<Limits, 'reports' | 'urgentReports'>
  /** Who may ask the database how urgent a revision is. */
  readonly lookUps: Places
  readonly acceptQueueMax: number
  /** How much of the queue one organisation may fill with reports of one rank. */
  readonly acceptQueueSharePercent: number
  readonly acceptBatchMax: number
}

export interface Admission extends Admitted {
  /** How the limit stands that the report was counted against. */
  readonly headers: Readonly<Record<string, string>>
}

/** Finds the rank of a submission and counts it; refuses with `limit-reached` beyond the rate. */
export async function admit(submission: Submission, deps: AdmissionDeps): Promise<Admission> {
  const { report, revises, caller } = submission
  const assessment = revises ? undefined : assess(report, undefined, deps)
  const isReal = report.messageStatus === 'actual'
  // Where nothing is refused and no line has formed, the rank of a revision makes no difference.
  const matters = deps.committer.pending() > deps.acceptBatchMax
  let rank: Rank = 2
  if (isReal && assessment) rank = rankOfLevel(assessment.classification.level.value)
  else if (isReal && matters) rank = await rankOfRevision(submission, deps)
  let limit = limitOf(rank, deps)
  let taken = await limit.take(caller.organisationId)
  if (!taken.ok && rank === 2 && isReal && revises) {
    rank = await rankOfRevision(submission, deps)
    limit = limitOf(rank, deps)
    if (rank < 2) taken = await limit.take(caller.organisationId)
  }
  if (!taken.ok) throw limit.refusal(taken)
  return { submission, rank, assessment, headers: limit.headers(taken) }
}

/** Stores what was admitted; refuses with `limit-reached` or `overloaded` when there is no room for it. */
export function queueUp(admitted: Admitted, deps: AdmissionDeps): Promise<Answer> {
  const { rank, submission } = admitted
  const { committer, acceptQueueMax, acceptQueueSharePercent } = deps
  const share = Math.max(1, Math.floor((acceptQueueMax * acceptQueueSharePercent) / 100))
  if (committer.pending(submission.caller.organisationId, rank) >= share) {
    throw new DomainError('limit-reached', {
      detail: `${share} reports of your organisation wait to be stored; more are refused until then.`,
      retryAfterSeconds: 1,
    })
  }
  if (committer.pending() >= acceptQueueMax * roomOf[rank]) {
    throw new DomainError('overloaded', {
      detail: 'Too many reports are being stored at the moment.',
      retryAfterSeconds: 1,
    })
  }
  return committer.submit(admitted)
}

// How many times the length of the queue is open to each rank.
const roomOf: Readonly<Record<Rank, number>> = { 0: 2, 1: 1.5, 2: 1 }

function limitOf(rank: Rank, { limits }: AdmissionDeps) {
  return rank < 2 ? limits.urgentReports : limits.reports
}

function rankOfLevel(level: number): Rank {
  if (level >= 4) return 0
  return level === 3 ? 1 : 2
}

// What has been a crisis travels as one to its end, so the highest level so far counts. Who asks too
// much at once is taken at the word of the revision alone.
async function rankOfRevision(submission: Submission, deps: AdmissionDeps): Promise<Rank> {
  const { report, revises, caller } = submission
  const ruleSet = deps.chooseRuleSet(report.occurredAt?.at ?? report.detectedAt.at)
  const own = rankOfLevel(classify(report, { ruleSet, now: report.asOf.at }).level.value)
  const leave = own < 2 || !revises ? undefined : deps.lookUps.enter(caller.organisationId)
  if (!leave || !revises) return own
  try {
    const head = (await readHeads(deps.db, [revises.reportId])).get(revises.reportId)
    const isOwn = head?.organisationId === caller.organisationId && head.messageStatus === 'actual'
    return isOwn ? rankOfLevel(head.peakLevel) : own
  } finally {
    leave()
  }
}
