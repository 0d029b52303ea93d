// The feed through one reader's view: the next events that concern it, as the bytes it gets.

import type { FeedEvent } from '@renkei/db'
import {
  eventWriter,
  hear,
  type Hearing,
  type SubscriptionFilter,
  type Viewer,
} from '@renkei/schema'
import type { Shown } from '../audit/shown.ts'
import type { FeedTail } from './feed-tail.ts'

export interface FeedReader {
  readonly viewer: Viewer
  readonly filter: SubscriptionFilter
  /** The feed number of the event before, in this reader's view. */
  previous: number
}

export interface ViewPage {
  readonly texts: readonly string[]
  /** What they show, for the audit trail. */
  readonly shown: readonly Shown[]
  /** How far the feed was read, whether or not its events concerned the reader. */
  readonly position: number
}

// A filter that rarely matches must not read the whole feed in one request.
const scanMax = 2000
// A few events at first, since large ones fill a page soon; then more at a time.
const scanSteps = { first: 16, max: 200 }

export interface PageSize {
  readonly eventsMax: number
  /** A page ends with the event that reaches this. */
  readonly charactersMax: number
}

/** Reads on from a position until a page of events concerns the reader, or the end, or a bound. */
export async function readView(
  tail: FeedTail,
  reader: FeedReader,
  start: number,
  { eventsMax, charactersMax }: PageSize,
): Promise<ViewPage> {
  const texts: string[] = []
  const shown: Shown[] = []
  let position = start
  let characters = 0
  const full = () => texts.length >= eventsMax || characters >= charactersMax
  let step = scanSteps.first
  while (!full() && position - start < scanMax) {
    const events = await tail.eventsAfter(position, step)
    step = Math.min(step * 2, scanSteps.max)
    if (events.length === 0) break
    for (const event of events) {
      if (full()) break
      position = event.seq
      const hearing = hear(reader.viewer, reader.filter, event, tail.findShare)
      const write = hearing && eventWriter(event, hearing)
      if (!write) continue
      const text = write(reader.previous)
      texts.push(text)
      shown.push(toShown(event, hearing, write.fields))
      characters += text.length
      reader.previous = event.seq
    }
  }
  return { texts, shown, position }
}

function toShown(event: FeedEvent, hearing: Hearing, fields: readonly string[]): Shown {
  return {
    owner: event.organisationId,
    objectId: event.subject,
    ...(event.reportId === null && { objectType: 'notice' }),
    fields,
    sight: hearing.as === 'report' ? hearing.sight : undefined,
  }
}
