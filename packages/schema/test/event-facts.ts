// An event of a report for the tests of the filters, with all that decides who hears of it.

import { type EventToMatch, hear, type Hearing } from '../src/filter/hear.ts'
import { ranked } from '../src/filter/ranked.ts'
import type { SubscriptionFilter } from '../src/generated/subscription.gen.ts'
import type { Viewer } from '../src/projection/audience.ts'
import type { Share } from '../src/sharing/share.ts'
import { openShare } from './scene.ts'

export const peer: Viewer = { organisationId: 'example-fixed', organisationKind: 'carrier' }
export const owner: Viewer = { organisationId: 'example-mobile', organisationKind: 'carrier' }

export const event: EventToMatch = {
  organisationId: 'example-mobile',
  kinds: ['fault'],
  messageStatus: 'actual',
  peakLevel: 2,
  tlp: 'TLP:GREEN',
  toldAt: ['2@1'],
  services: ['mobileData@1', 'sms@1'],
  prefectures: ['13@1', '14@1'],
  owners: [],
  recipients: null,
}

/** The facts of an event whose report was told under a label, at the level that it has. */
export const toldUnder = (tlp: string, level = event.peakLevel) => ({
  toldAt: [ranked(String(level), tlp)],
})

/** By this all of the core flows up to a label. */
export const shareTo = (tlpMax: Share['tlpMax'], terms: Partial<Share> = {}): Share => ({
  ...openShare,
  tlpMax,
  fieldSets: [],
  ...terms,
})

export interface Listener {
  readonly viewer?: Viewer
  readonly filter?: SubscriptionFilter
  readonly share?: Share | undefined
}

/** What a peer without a filter or an agreement hears of the event, unless it is said otherwise. */
export function heard(
  members: Partial<EventToMatch> = {},
  { viewer = peer, filter = {}, share }: Listener = {},
): Hearing | undefined {
  return hear(viewer, filter, { ...event, ...members }, () => share)
}
