// Whether, and as what, an event belongs to a subscriber's view. Feed, sockets, webhooks and fan-out
// all ask here.

import type { SubscriptionFilter } from '../generated/subscription.gen.ts'
import type { Viewer } from '../projection/audience.ts'
import {
  isWithin,
  pushed,
  reachOf,
  type ShareFinder,
  type Sight,
  type SightFacts,
  sightOf,
} from '../projection/sight.ts'
import { splitRanked, visibleCodes, wholeCountry } from './ranked.ts'

/** The facts of an event that tells of a report. */
export interface ReportEventFacts extends SightFacts {
  /** The label that holds now: of this revision or of the current one, whichever is narrower. */
  readonly tlp: string
  /** The levels that its report has had, each with the widest label it was told under. */
  readonly toldAt: readonly string[]
}

export interface EventToMatch extends ReportEventFacts {
  /** Of a notice: the organisations that it is addressed to; nobody else hears of it. */
  readonly recipients: readonly string[] | null
}

/**
 * As what a viewer hears of an event: the report as far as its sight goes; that there is something
 * to be read signed in, where its label keeps it from being pushed; that a report which could be
 * seen before no longer can; or a notice that is addressed to it.
 */
export type Hearing =
  | { readonly as: 'report'; readonly sight: Sight }
  | { readonly as: 'signIn' | 'narrowed' | 'addressee' }

/**
 * Decides what a viewer hears of an event; gives nothing when it may not know or has not asked.
 * Levels compare with the highest that the report has had, so that who heard the alarm also hears the
 * all-clear; an event whose services or areas the viewer does not see is held back from nobody.
 * Exercises and tests come only to those who ask for them.
 */
export function hear(
  viewer: Viewer,
  filter: SubscriptionFilter,
  event: EventToMatch,
  find: ShareFinder,
): Hearing | undefined {
  if (!(filter.messageStatuses ?? ['actual']).includes(event.messageStatus as 'actual')) {
    return undefined
  }
  if (event.recipients) {
    return event.recipients.includes(viewer.organisationId) ? { as: 'addressee' } : undefined
  }
  const sight = sightOf(viewer, event, find)
  if (!sight || !isWithin(sight, event.tlp)) {
    return wasWithin(viewer, filter, event, find) ? { as: 'narrowed' } : undefined
  }
  if (!asks(filter, event, reachOf(sight))) return undefined
  const push = pushed(sight)
  return isWithin(push, event.tlp) ? { as: 'report', sight: push } : { as: 'signIn' }
}

// Whether an earlier state of the report was one that the viewer could see and asks for. The level
// that it has now decides nothing here: that is just what the viewer may not know.
function wasWithin(
  viewer: Viewer,
  filter: SubscriptionFilter,
  event: EventToMatch,
  find: ShareFinder,
): boolean {
  return splitRanked(event.toldAt).some(([level, rank]) => {
    const then = { ...event, peakLevel: Number(level) }
    const sight = sightOf(viewer, then, find)
    return sight !== undefined && rank <= reachOf(sight) && asks(filter, then, reachOf(sight))
  })
}

/** True when a filter asks for a report, as far as its viewer can see what it asks for. */
export function asks(filter: SubscriptionFilter, report: SightFacts, reach: number): boolean {
  const { kinds, services, prefectures, organisations } = filter
  if (report.peakLevel < (filter.minLevel ?? 0)) return false
  if (organisations && !organisations.includes(report.organisationId)) return false
  if (kinds && !overlaps(kinds, report.kinds)) return false
  if (services && !overlaps(services, visibleCodes(report.services, reach))) return false
  if (!prefectures) return true
  return overlaps([...prefectures, wholeCountry], visibleCodes(report.prefectures, reach))
}

function overlaps(asked: readonly string[], given: readonly string[]): boolean {
  return given.length === 0 || given.some((value) => asked.includes(value))
}
