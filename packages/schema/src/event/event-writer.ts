// An event as the bytes that a viewer gets. Made once per event and way of seeing it and kept while
// the event is in use: many receivers share it.

import type { Hearing } from '../filter/hear.ts'
import type { Marking, Report } from '../generated/report.gen.ts'
import type { ReportView } from '../generated/report-view.gen.ts'
import type { Classification } from '../levels/classification.ts'
import { narrower } from '../projection/audience.ts'
import { project } from '../projection/project.ts'
import type { Sight } from '../projection/sight.ts'
import {
  type EnvelopeWriter,
  type EventToSend,
  type Spared,
  writeEnvelope,
  writeNarrowed,
  writeNotice,
  writeSignIn,
} from './envelope.ts'

export interface RecordedRevision {
  readonly reportId: string
  readonly revision: number
  readonly recordedAt: Date
  /** The label that holds now: of this revision or of the current one, whichever is narrower. */
  readonly tlp: string
  /** The markings of the current revision, where that is another one. */
  readonly markingsNow?: readonly Marking[] | null
  /** The report as the carrier sent it. */
  readonly content: unknown
  /** What Renkei found: level, deadlines, countdown. */
  readonly assessment: unknown
}

/** Either a revision's, or a notice with data of its own. */
export type EventContent =
  | RecordedRevision
  | { readonly reportId: null; readonly revision: null; readonly content: unknown }

/** A stored revision as the contract's Report: what Renkei gave it in front of what the carrier sent. */
export function toRecordedReport(stored: RecordedRevision): Report {
  const { level } = stored.assessment as Classification
  return {
    reportId: stored.reportId,
    revision: stored.revision,
    recordedAt: stored.recordedAt.toISOString(),
    level,
    ...(stored.content as Report),
  }
}

/**
 * Gives a stored revision as a sight sees it, or nothing. What was narrowed later, the whole or a
 * part, is narrow in the revisions before, too; what was widened later is not wide in them.
 */
export function viewOf(stored: RecordedRevision, sight: Sight): ReportView | undefined {
  const report = toRecordedReport(stored)
  if (sight.audience === 'owner') return project(report, sight)
  const { tlp, markingsNow } = stored
  const labels = markingsNow ? { tlp, markings: markingsNow } : undefined
  return project({ ...report, tlp: narrower(report.tlp, tlp) }, sight, labels)
}

const writers = new WeakMap<object, Map<string, EnvelopeWriter | undefined>>()

/** Gives the writer of an event for who hears of it, or nothing when nothing of it can be seen. */
export function eventWriter(
  event: EventToSend & EventContent,
  hearing: Hearing,
): EnvelopeWriter | undefined {
  let known = writers.get(event)
  if (!known) writers.set(event, (known = new Map()))
  const key = `${event.tlp} ${keyOf(hearing)}`
  if (!known.has(key)) {
    const write = makeWriter(event, hearing)
    known.set(key, write && rememberLast(write))
  }
  return known.get(key)
}

function keyOf(hearing: Hearing): string {
  if (hearing.as !== 'report') return hearing.as
  const { audience, tlpMax, share } = hearing.sight
  return `${audience} ${tlpMax} ${share ? `${share.tlpMax} ${share.fieldSets.join()}` : ''}`
}

function makeWriter(
  event: EventToSend & EventContent,
  hearing: Hearing,
): EnvelopeWriter | undefined {
  if (event.reportId === null) {
    return hearing.as === 'addressee' ? writeNotice(event, event.content as object) : undefined
  }
  if (hearing.as === 'signIn') return writeSignIn(event)
  if (hearing.as === 'narrowed') return writeNarrowed(event)
  if (hearing.as !== 'report') return undefined
  const view = viewOf(event, hearing.sight)
  return view && writeEnvelope(event, view)
}

// Receivers of one view follow each other with the same predecessor.
function rememberLast(write: EnvelopeWriter): EnvelopeWriter {
  let last: { previous: number; text: string } | undefined
  const body = (previous: number, spared?: Spared) => {
    if (spared) return write(previous, spared)
    if (last?.previous !== previous) last = { previous, text: write(previous) }
    return last.text
  }
  return Object.assign(body, { fields: write.fields })
}
