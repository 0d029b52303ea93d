// Decides one submission: is the revision the next one, may the state follow, which level is it.
// Pure but for identifiers and seals, which are given to it; the committer stores what it returns.

import type { Change, ReportHead } from '@renkei/db'
import {
  type Classification,
  checkTransition,
  classify,
  gatherFacts,
  isOpen,
  laneOfLevel,
  type Report,
  reportEventType,
  type RuleSet,
} from '@renkei/schema'
import { type Vault, writeSealed } from '@renkei/vault'
import { isMatch } from '../if-match.ts'
import { DomainError } from '../problem/domain-error.ts'
import { answerTo } from './answer.ts'
import type { Answer, Submission } from './submission.ts'

export interface DecideDeps {
  readonly newId: () => string
  readonly newTrace: () => string
  readonly chooseRuleSet: (at: string) => RuleSet
  readonly vault: Pick<Vault, 'seal'>
}

export interface Decision {
  readonly change: Change
  readonly answer: Answer
}

export interface Assessment {
  readonly classification: Classification
  /** The classification as JSON text, as it is stored and answered. */
  readonly text: string
}

/** Computes the level of a report, after the revision before it if there is one. */
export function assess(
  report: Report,
  before: ReportHead | undefined,
  deps: Pick<DecideDeps, 'chooseRuleSet'>,
): Assessment {
  const ruleSet = deps.chooseRuleSet(report.occurredAt?.at ?? report.detectedAt.at)
  // As of the instant that the report speaks of, so that anyone can compute the same level again.
  const classification = classify(report, { ruleSet, now: report.asOf.at, before })
  return { classification, text: JSON.stringify(classification) }
}

export interface Circumstances {
  readonly head: ReportHead | undefined
  readonly recordedAt: string
  /** Of a first revision: it depends on nothing that is stored. */
  readonly assessment: Assessment | undefined
}

/** Gives the change to store and the answer to send, or throws the refusal. */
export function decide(
  submission: Submission,
  { head, recordedAt, assessment }: Circumstances,
  deps: DecideDeps,
): Decision {
  const before = submission.revises ? checkRevision(submission, head) : undefined
  const assessed = assessment ?? assess(submission.report, before, deps)
  const change = makeChange(submission, before, { ...assessed, recordedAt, deps })
  return { change, answer: answerTo(change) }
}

function checkRevision(
  { caller, report, revises }: Submission,
  head: ReportHead | undefined,
): ReportHead {
  if (!head || head.organisationId !== caller.organisationId) {
    throw new DomainError('not-found', 'Your organisation has no report with this identifier.')
  }
  if (!revises || !isMatch(revises.ifMatch, String(head.revision))) {
    throw revisionConflict(head.revision)
  }
  if (head.messageStatus !== report.messageStatus) {
    throw new DomainError('transition-refused', {
      detail: `The report is "${head.messageStatus}" and stays so; "${report.messageStatus}" needs a report of its own.`,
      members: { allowed: [head.messageStatus] },
    })
  }
  const step = checkTransition(report.kind, head.state as Report['state'], report.state)
  if (!step.ok) {
    throw new DomainError('transition-refused', {
      detail: step.detail,
      members: { from: head.state, to: report.state, allowed: step.allowed },
    })
  }
  return head
}

/** The refusal of a writer that was overtaken, naming the revision that is current. */
function revisionConflict(currentRevision: number): DomainError {
  return new DomainError('changed-meanwhile', {
    detail: `Revision ${currentRevision} is current.`,
    members: { currentRevision },
    headers: { etag: `"${currentRevision}"` },
  })
}

interface Assessed extends Assessment {
  readonly recordedAt: string
  readonly deps: DecideDeps
}

function makeChange(
  submission: Submission,
  before: ReportHead | undefined,
  assessed: Assessed,
): Change {
  const { report, caller } = submission
  const { classification, text, recordedAt, deps } = assessed
  const place = {
    organisationId: caller.organisationId,
    reportId: before?.reportId ?? deps.newId(),
    revision: (before?.revision ?? 0) + 1,
  }
  const level = classification.level.value
  const facts = gatherFacts(report, level, before)
  return {
    ...place,
    kind: report.kind,
    messageStatus: report.messageStatus,
    state: report.state,
    open: isOpen(report.state),
    level,
    ...facts,
    tlp: report.tlp,
    markings: report.markings ?? null,
    content: writeSealed(deps.vault, place, submission),
    assessment: text,
    recordedAt,
    eventId: deps.newId(),
    eventType: reportEventType(place.revision, report.state),
    // What has been a crisis travels as one to its end: the all-clear is as urgent.
    lane: laneOfLevel(facts.peakLevel as 0 | 1 | 2 | 3 | 4),
    // Another for each event: one of the sender's would tie events that a receiver may not know of as one.
    traceparent: deps.newTrace(),
    requestTrace: submission.traceparent,
    actorId: caller.organisationId,
    keyId: caller.keyId,
    address: caller.address,
    requestId: submission.requestId,
    action: place.revision === 1 ? 'report.created' : 'report.revised',
    idempotency: submission.idempotency,
  }
}
