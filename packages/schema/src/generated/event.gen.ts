// Generated from packages/schema/schemas/event.schema.json by scripts/generators/report-types.ts.
// Change the schema and run: npm run generate

import type { DateTime, LevelValue, MessageStatus, Tlp } from './report.gen.ts'

/**
 * CloudEvents 1.0 envelope in structured JSON: the same bytes on every channel, at most 64 KiB as UTF-8. Extension attributes that a receiver does not know are ignored.
 */
export interface EventEnvelope {
  /**
   * Version of CloudEvents.
   */
  specversion: '1.0'
  /**
   * Identifier of the event; equal to webhook-id on webhooks. With source it is unique.
   */
  id: string
  /**
   * What happened.
   */
  type: string
  /**
   * URI reference of the organisation that reports, or of Renkei itself for stream events.
   */
  source: string
  /**
   * Identifier of the report or other resource that the event is about.
   */
  subject?: string
  /**
   * When the event was accepted.
   */
  time: DateTime
  /**
   * Media type of data.
   */
  datacontenttype?: 'application/json'
  /**
   * URI of the schema of data.
   */
  dataschema?: string
  /**
   * Place of the event in the feed: sixteen digits, zero padded, so that text order is feed order.
   */
  feedcursor?: string
  /**
   * Cursor of the event before it in this subscriber's view: a receiver sees a gap by itself. Absent on the first event.
   */
  previouscursor?: string
  /**
   * Where newer revisions superseded some before they were delivered (mode latest): the newest revision that this subscription got before, 0 when none.
   */
  previousdeliveredrevision?: number
  /**
   * The highest level of the revisions since then, this one included, so that no peak stays hidden.
   */
  highestlevelsince?: LevelValue
  /**
   * Revision of the resource that the event is about.
   */
  revision?: number
  /**
   * Level of the report, 0 to 4.
   */
  level?: LevelValue
  /**
   * TLP 2.0 label of the event as sent.
   */
  tlp?: Tlp
  /**
   * Real, exercise or test.
   */
  messagestatus?: MessageStatus
  /**
   * W3C Trace Context.
   */
  traceparent?: string
  /**
   * The payload: for report events the report as this receiver may see it.
   */
  data?: {
    [k: string]: unknown
  }
  [k: string]: unknown
}
/**
 * Tells that there is a report to be read signed in, which is not pushed (TLP:RED), or that a report which could be seen before is no longer shared.
 */
export interface ReportNotice {
  /**
   * Identifier of the report.
   */
  reportId: string
  /**
   * The revision to be read.
   */
  revision?: number
  /**
   * readSignedIn: read it at href with your API key. noLongerShared: its label or an agreement has changed; what you hold of it is not updated any more.
   */
  reason: 'readSignedIn' | 'noLongerShared'
  /**
   * Where to read it, below the address of the API.
   */
  href?: string
  [k: string]: unknown
}
/**
 * Tells the owner of a subscription that its endpoint does not answer, answers again, is no longer tried for levels 0 to 2, or that the subscription has ended.
 */
export interface SubscriptionNotice {
  /**
   * Identifier of the subscription.
   */
  subscriptionId: string
  /**
   * Why, in words: what the endpoint answered last, or who ended the subscription.
   */
  reason: string
  /**
   * Since when there have been nothing but failures.
   */
  failingSince?: DateTime
  /**
   * When deliveries of levels 0 to 2 stop, or stopped, being tried. Levels 3 and 4 are always tried.
   */
  switchOffAt?: DateTime
  /**
   * How many deliveries wait for the endpoint.
   */
  waiting?: number
  [k: string]: unknown
}
