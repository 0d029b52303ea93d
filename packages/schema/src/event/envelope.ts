// CloudEvents 1.0 in structured JSON: the same bytes on every channel, but for `previouscursor`,
// which names the event before this one in the receiver's own view.

import type { LevelValue, MessageStatus, Tlp } from '../generated/report.gen.ts'
import type { ReportView } from '../generated/report-view.gen.ts'
import { schemaBaseUrl } from './schema-base-url.ts'

export interface EventToSend {
  readonly seq: number
  readonly eventId: string
  readonly type: string
  readonly organisationId: string
  readonly reportId: string
  readonly revision: number
  readonly level: number
  readonly tlp: string
  readonly messageStatus: string
  readonly traceparent: string | null
  readonly recordedAt: Date
}

/** Writes the envelope of a report event; the result takes the feed number before it and gives the body. */
export function writeEnvelope(
  event: EventToSend,
  view: ReportView,
): (previousSeq: number) => string {
  const attributes = {
    specversion: '1.0',
    id: event.eventId,
    type: event.type,
    source: sourceOf(event.organisationId),
    subject: event.reportId,
    time: event.recordedAt.toISOString(),
    datacontenttype: 'application/json',
    dataschema: `${schemaBaseUrl}report-view.schema.json`,
    feedcursor: toCursor(event.seq),
    revision: event.revision,
    level: event.level as LevelValue,
    tlp: event.tlp as Tlp,
    messagestatus: event.messageStatus as MessageStatus,
    ...(event.traceparent !== null && { traceparent: event.traceparent }),
  }
  const head = JSON.stringify(attributes).slice(0, -1)
  const data = JSON.stringify(view)
  return (previousSeq) => `${head},"previouscursor":"${toCursor(previousSeq)}","data":${data}}`
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
