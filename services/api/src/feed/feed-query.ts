// The query of a feed reader: where it resumes and what it wants to hear of.

import type { SubscriptionFilter } from '@renkei/schema'
import { published } from '../docs/parts.ts'
import type { FeedTail } from './feed-tail.ts'

export interface FeedQuery {
  after?: string
  epoch?: string
  kind?: SubscriptionFilter['kinds']
  minLevel?: SubscriptionFilter['minLevel']
  service?: SubscriptionFilter['services']
  prefecture?: SubscriptionFilter['prefectures']
  organisation?: SubscriptionFilter['organisations']
  messageStatus?: SubscriptionFilter['messageStatuses']
}

function listed(definition: string, description: string) {
  return { type: 'array', maxItems: 50, items: published('report', definition), description }
}

/** The parameters that every feed address takes. */
export const feedParameters = {
  after: {
    type: 'string',
    pattern: '^[0-9]{1,16}$',
    description: 'The cursor of the last event that was handled; the next one follows it.',
  },
  epoch: {
    type: 'string',
    description: 'The feed that the cursor belongs to; another one leads to a resync.',
  },
  kind: listed('kind', 'Repeat for several.'),
  minLevel: { type: 'integer', minimum: 0, maximum: 4 },
  service: listed('serviceCode', 'Repeat for several.'),
  prefecture: listed('prefectureCode', 'JIS X 0401; nation-wide events always match.'),
  organisation: listed('organisationCode', 'Reporters.'),
  messageStatus: listed('messageStatus', 'Only `actual` unless given.'),
}

/** The filter that a query asks for. */
export function toFeedFilter(query: FeedQuery): SubscriptionFilter {
  return {
    ...(query.kind && { kinds: query.kind }),
    ...(query.minLevel !== undefined && { minLevel: query.minLevel }),
    ...(query.service && { services: query.service }),
    ...(query.prefecture && { prefectures: query.prefecture }),
    ...(query.organisation && { organisations: query.organisation }),
    ...(query.messageStatus && { messageStatuses: query.messageStatus }),
  }
}

/** Reads `after`, whose form is checked; without it, `fallback`. */
export function toFeedPosition(query: FeedQuery, fallback: number): number {
  return query.after === undefined ? fallback : Number(query.after)
}

/** True when a cursor cannot be of this feed: it lies beyond the end, or names another epoch. */
export async function isForeignCursor(
  query: FeedQuery,
  position: number,
  tail: Pick<FeedTail, 'epoch' | 'reaches'>,
): Promise<boolean> {
  if (query.epoch !== undefined && query.epoch !== tail.epoch()) return true
  return !(await tail.reaches(position))
}
