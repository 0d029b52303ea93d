// An event as the bytes that a viewer gets. Made once per event and audience and kept while the event
// is in use: many receivers share it.

import type { Classification } from '../levels/classification.ts'
import type { Report } from '../generated/report.gen.ts'
import { type Audience, audienceOf, type Viewer } from '../projection/audience.ts'
import { project } from '../projection/project.ts'
import { type EventToSend, writeEnvelope } from './envelope.ts'

export interface RecordedRevision {
  readonly reportId: string
  readonly revision: number
  readonly recordedAt: Date
  /** The report as the carrier sent it. */
  readonly content: unknown
  /** What Renkei found: level, deadlines, countdown. */
  readonly assessment: unknown
}

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

type Writer = (previousSeq: number) => string

const writers = new WeakMap<object, Map<Audience, Writer | undefined>>()

/** Gives the writer of an event for a viewer, or nothing when the viewer may not know of it. */
export function eventWriter(
  event: EventToSend & RecordedRevision,
  viewer: Viewer,
): Writer | undefined {
  const audience = audienceOf(viewer, event.organisationId)
  let byAudience = writers.get(event)
  if (!byAudience) writers.set(event, (byAudience = new Map()))
  if (!byAudience.has(audience)) {
    const view = project(toRecordedReport(event), audience)
    byAudience.set(audience, view && rememberLast(writeEnvelope(event, view)))
  }
  return byAudience.get(audience)
}

// Receivers of one view follow each other with the same predecessor.
function rememberLast(write: Writer): Writer {
  let last: { previous: number; text: string } | undefined
  return (previous) => {
    if (last?.previous !== previous) last = { previous, text: write(previous) }
    return last.text
  }
}
