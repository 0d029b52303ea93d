// The feed through one reader's view: the next events that concern it, as the bytes it gets.

import { eventWriter, hear, type SubscriptionFilter, type Viewer } from '@renkei/schema'
import type { FeedTail } from './feed-tail.ts'

export interface FeedReader {
  readonly viewer: Viewer
  readonly filter: SubscriptionFilter
  /** The feed number of the event before, in this reader's view. */
  previous: number
}

export interface ViewPage {
  readonly texts: readonly string[]
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
      characters += text.length
      reader.previous = event.seq
    }
  }
  return { texts, position }
}
