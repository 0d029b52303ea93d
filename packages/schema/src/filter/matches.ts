// Whether an event belongs to a subscriber's view. Feed, sockets and fan-out all ask here.

import type { SubscriptionFilter } from '../generated/subscription.gen.ts'
import { audienceOf, mayAudienceKnow, mayAudienceSee, type Viewer } from '../projection/audience.ts'
import { wholeCountry } from './report-facts.ts'

export interface EventToMatch {
  readonly organisationId: string
  readonly kind: string
  readonly messageStatus: string
  readonly peakLevel: number
  readonly tlp: string
  readonly services: readonly string[]
  readonly prefectures: readonly string[]
}

/**
 * True when the viewer may know of the event and its filter asks for it. Levels compare with the
 * highest that the report has had, so that who heard the alarm also hears the all-clear; an event
 * whose services or areas are not known is held back from nobody. Exercises and tests come only
 * to those who ask for them.
 */
export function matches(viewer: Viewer, filter: SubscriptionFilter, event: EventToMatch): boolean {
  if (!includes(filter.messageStatuses ?? ['actual'], event.messageStatus)) return false
  if (event.peakLevel < (filter.minLevel ?? 0)) return false
  if (filter.kinds && !includes(filter.kinds, event.kind)) return false
  if (filter.organisations && !includes(filter.organisations, event.organisationId)) return false
  if (filter.services && !overlaps(filter.services, event.services)) return false
  if (filter.prefectures && !overlaps([...filter.prefectures, wholeCountry], event.prefectures)) {
    return false
  }
  const audience = audienceOf(viewer, event.organisationId)
  return mayAudienceKnow(audience, event.messageStatus) && mayAudienceSee(audience, event.tlp)
}

function includes(list: readonly string[], value: string): boolean {
  return list.includes(value)
}

function overlaps(asked: readonly string[], given: readonly string[]): boolean {
  return given.length === 0 || given.some((value) => asked.includes(value))
}
