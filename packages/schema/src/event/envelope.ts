// CloudEvents 1.0 in structured JSON: the same bytes on every channel, but for `previouscursor`,
// which names the event before this one in the receiver's own view.

import type { LevelValue, MessageStatus, Tlp } from '../generated/report.gen.ts'
import type { ReportView } from '../generated/report-view.gen.ts'
import { dataSchemaOf, eventTypes } from './event-types.ts'
import { schemaBaseUrl } from './schema-base-url.ts'

export interface EventToSend {
  readonly seq: number
  readonly eventId: string
  readonly type: string
  readonly organisationId: string
  /** The report that it tells of, or another resource. */
  readonly subject: string
  readonly revision: number | null
  readonly level: number
  readonly tlp: string
  readonly messageStatus: string
  readonly traceparent: string | null
  readonly recordedAt: Date
}

/** What a receiver was spared because newer revisions superseded it. */
export interface Spared {
  /** The newest revision that it got before; 0 when none. */
  readonly previousDeliveredRevision: number
  /** Of the revisions that it did not get. */
  readonly highestLevel: number
}

/**
 * Takes the feed number of the event before it in the receiver's view, and what it was spared, and
 * gives the body.
 */
export interface EnvelopeWriter {
  (previousSeq: number, spared?: Spared): string
  /** The top-level names of the data. */
  readonly fields: readonly string[]
}

/** Writes the envelope of an event that shows a report. */
export function writeEnvelope(event: EventToSend, view: ReportView): EnvelopeWriter {
  return write({ ...common(event), ...aboutReport(event) }, view, event.level)
}

/** Writes the envelope of an event that concerns no report, with its data as they are. */
export function writeNotice(event: EventToSend, data: object): EnvelopeWriter {
  const { level, messageStatus } = event
  return write({ ...common(event), level, messagestatus: messageStatus }, data)
}

/** Tells that there is a report to be read signed in, which its label keeps from being pushed. */
export function writeSignIn(event: EventToSend): EnvelopeWriter {
  const { subject: reportId, revision } = event
  const data = { reportId, revision, reason: 'readSignedIn', href: `/v1/reports/${reportId}` }
  const head = { ...common(event, eventTypes.reportNotice), ...aboutReport(event) }
  return write(head, data, event.level)
}

/** Tells who could see a report before that it no longer can, and nothing else of it. */
export function writeNarrowed(event: EventToSend): EnvelopeWriter {
  const { messageStatus } = event
  const head = { ...common(event, eventTypes.reportNotice), messagestatus: messageStatus }
  return write(head, { reportId: event.subject, reason: 'noLongerShared' })
}

function common(event: EventToSend, type = event.type) {
  return {
    specversion: '1.0',
    id: event.eventId,
    type,
    source: sourceOf(event.organisationId),
    subject: event.subject,
    time: event.recordedAt.toISOString(),
    datacontenttype: 'application/json',
    dataschema: `${schemaBaseUrl}${dataSchemaOf(type)}`,
    feedcursor: toCursor(event.seq),
    ...(event.traceparent !== null && { traceparent: event.traceparent }),
  }
}

function aboutReport(event: EventToSend) {
  return {
    revision: event.revision,
    level: event.level as LevelValue,
    tlp: event.tlp as Tlp,
    messagestatus: event.messageStatus as MessageStatus,
  }
}

// Without a level it tells of no revision, and of none that was spared either.
function write(attributes: object, view: object, level?: number): EnvelopeWriter {
  const head = JSON.stringify(attributes).slice(0, -1)
  const data = JSON.stringify(view)
  const body = (previousSeq: number, spared?: Spared) => {
    const skipped = spared && level !== undefined ? writeSpared(spared, level) : ''
    return `${head},"previouscursor":"${toCursor(previousSeq)}"${skipped},"data":${data}}`
  }
  return Object.assign(body, { fields: Object.keys(view) })
}

// Names of extensions are lower-case letters and digits (CloudEvents 1.0, §3.1).
function writeSpared({ previousDeliveredRevision, highestLevel }: Spared, level: number): string {
  const highest = Math.max(highestLevel, level)
  return `,"previousdeliveredrevision":${previousDeliveredRevision},"highestlevelsince":${highest}`
}

/** The CloudEvents source of an organisation, a URI reference below the service. */
export function sourceOf(organisationId: string): string {
  return `/organisations/${organisationId}`
}

const cursorDigits = 16

/** Writes a feed number as a cursor: sixteen digits, so that text order is feed order. */
export function toCursor(seq: number): string {
  return String(seq).padStart(cursorDigits, '0')
}

/** Reads a cursor with or without leading zeros; gives nothing for anything else. */
export function fromCursor(cursor: string): number | undefined {
  if (!/^\d{1,16}$/.test(cursor)) return undefined
  const seq = Number(cursor)
  return Number.isSafeInteger(seq) ? seq : undefined
}
