// Revisions as the API would store them, at any level that a test needs: the contract's own minimal
// report, classified by the real rules, with the wished level put in place.

import { type Change, type Db, newId, writeChanges } from '@renkei/db'
import {
  chooseRuleSet,
  classify,
  gatherFacts,
  laneOfLevel,
  type LevelValue,
  type Report,
  reportEventType,
  ruleSets,
} from '@renkei/schema'
import minimal from '../../packages/schema/vectors/valid/flash-minimal.json' with { type: 'json' }

export interface RevisionOptions {
  readonly organisationId: string
  readonly level?: LevelValue
  /** The highest level so far; the level itself unless given. */
  readonly peakLevel?: LevelValue
  /** Of a report that is there already; a new report unless given. */
  readonly reportId?: string
  readonly revision?: number
  readonly traceparent?: string
  readonly recordedAt?: Date
  readonly report?: Partial<Report>
}

export interface Accepted {
  readonly seq: number
  readonly eventId: string
  readonly reportId: string
  readonly revision: number
}

/** The contract's minimal report in the name of an organisation, labelled for all its peers. */
export function sampleReport(organisation: string, members: Partial<Report> = {}): Report {
  return { ...(minimal as Report), reporter: { organisation }, tlp: 'TLP:GREEN', ...members }
}

/** Stores revisions in one statement, as the API does, and rings no bell. */
export async function accept(db: Db, ...all: readonly RevisionOptions[]): Promise<Accepted[]> {
  const changes = all.map(toChange)
  const seqs = await writeChanges(db, changes)
  return changes.map(({ eventId, reportId, revision }) => {
    return { eventId, reportId, revision, seq: seqs.get(eventId)! }
  })
}

function toChange(options: RevisionOptions): Change {
  const { organisationId, level = 1, revision = 1 } = options
  const report = sampleReport(organisationId, options.report)
  const ruleSet = chooseRuleSet(ruleSets, report.detectedAt.at, '2015.1.0')
  const classification = classify(report, { ruleSet, now: report.asOf.at })
  const assessment = { ...classification, level: { ...classification.level, value: level } }
  const facts = gatherFacts(report, options.peakLevel ?? level)
  return {
    reportId: options.reportId ?? newId(),
    revision,
    organisationId,
    kind: report.kind,
    messageStatus: report.messageStatus,
    state: report.state,
    open: true,
    level,
    ...facts,
    tlp: report.tlp,
    markings: report.markings ?? null,
    content: JSON.stringify(report),
    assessment: JSON.stringify(assessment),
    recordedAt: (options.recordedAt ?? new Date()).toISOString(),
    eventId: newId(),
    eventType: reportEventType(revision, report.state),
    lane: laneOfLevel(facts.peakLevel as LevelValue),
    traceparent: options.traceparent ?? null,
    actorId: organisationId,
    keyId: 'test',
    address: null,
    requestId: newId(),
    action: revision === 1 ? 'report.created' : 'report.revised',
  }
}
