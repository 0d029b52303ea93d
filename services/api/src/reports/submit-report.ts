// Decides one submission: is the revision the next one, may the state follow, which level is it.
// Pure but for the identifiers it is given; the committer stores what it returns.

import type { Change, ReportHead } from '@renkei/db'
import {
  type Classification,
  checkTransition,
  classify,
  gatherFacts,
  isOpen,
  type Report,
  reportEventType,
  type RuleSet,
} from '@renkei/schema'
import { laneOfLevel } from '@renkei/bell'
import { DomainError } from '../problem/domain-error.ts'
import type { Answer, Submission } from './submission.ts'

export interface DecideDeps {
  readonly newId: () => string
  readonly chooseRuleSet: (at: string) => RuleSet
}

export interface Decision {
  readonly change: Change
  readonly answer: Answer
}

/** Gives the change to store and the answer to send, or throws the refusal. */
export function decide(
  submission: Submission,
  head: ReportHead | undefined,
  recordedAt: string,
  deps: DecideDeps,
): Decision {
  const before = submission.revises ? checkRevision(submission, head) : undefined
  const { report } = submission
  const ruleSet = deps.chooseRuleSet(report.occurredAt?.at ?? report.detectedAt.at)
  // As of the instant that the report speaks of, so that anyone can compute the same level again.
  const classification = classify(report, { ruleSet, now: report.asOf.at, before })
  const change = makeChange(submission, before, { classification, recordedAt, deps })
  const answer = makeAnswer(submission, change, classification)
  return { change: withAnswer(change, submission, answer), answer }
}

function checkRevision(
  { caller, report, revises }: Submission,
  head: ReportHead | undefined,
): ReportHead {
  if (!head || head.organisationId !== caller.organisationId) {
    throw new DomainError('not-found', 'Your organisation has no report with this identifier.')
  }
  if (head.revision !== revises?.expectedRevision) throw revisionConflict(head.revision)
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
export function revisionConflict(currentRevision: number): DomainError {
  return new DomainError('revision-conflict', {
    detail: `Revision ${currentRevision} is current.`,
    members: { currentRevision },
    headers: { etag: `"${currentRevision}"` },
  })
}

interface Assessed {
  readonly classification: Classification
  readonly recordedAt: string
  readonly deps: DecideDeps
}

function makeChange(
  submission: Submission,
  before: ReportHead | undefined,
  assessed: Assessed,
): Change {
  const { report, content, caller } = submission
  const { classification, recordedAt, deps } = assessed
  const revision = (before?.revision ?? 0) + 1
  const level = classification.level.value
  const facts = gatherFacts(report, level, before)
  return {
    reportId: before?.reportId ?? deps.newId(),
    revision,
    organisationId: caller.organisationId,
    kind: report.kind,
    messageStatus: report.messageStatus,
    state: report.state,
    open: isOpen(report.state),
    level,
    ...facts,
    tlp: report.tlp,
    content,
    assessment: JSON.stringify(classification),
    recordedAt,
    eventId: deps.newId(),
    eventType: reportEventType(revision, report.state),
    // What has been a crisis travels as one to its end: the all-clear is as urgent.
    lane: laneOfLevel(facts.peakLevel as 0 | 1 | 2 | 3 | 4),
    traceparent: submission.traceparent,
    keyId: caller.keyId,
    requestId: submission.requestId,
    action: revision === 1 ? 'report.created' : 'report.revised',
  }
}

function makeAnswer(
  submission: Submission,
  change: Change,
  classification: Classification,
): Answer {
  const self = `/v1/reports/${change.reportId}`
  return {
    status: submission.revises ? 200 : 201,
    headers: { etag: `"${change.revision}"`, location: self },
    body: JSON.stringify({
      reportId: change.reportId,
      revision: change.revision,
      recordedAt: change.recordedAt,
      eventId: change.eventId,
      ...classification,
      links: {
        self,
        revisions: `${self}/revisions`,
        ledger: `/v1/events/${change.eventId}/ledger`,
      },
    }),
  }
}

function withAnswer(change: Change, { idempotency }: Submission, answer: Answer): Change {
  if (!idempotency) return change
  const { status, headers, body } = answer
  const stored = { idempotencyKey: idempotency.key, fingerprint: idempotency.fingerprint }
  return { ...change, answer: { ...stored, status, headers, body } }
}
