// One socket on the feed. There is one loop: read on from where the reader is, send, until the end
// of the feed is reached; then wait for it to move. Backfill and live are the same loop, so there is
// no seam between them at which an event could be lost or sent twice. A socket that does not take
// what it is sent is not waited for without end: it is closed with 4008 and the cursor to resume from.

import { toCursor } from '@renkei/schema'
import type { Logger } from '@renkei/service-kit'
import type { Shown } from '../audit/shown.ts'
import { heartbeat, resync } from './stream-events.ts'
import type { FeedTail } from './feed-tail.ts'
import { type FeedReader, readView } from './read-view.ts'
import { waitForAdvance } from './wait-for-advance.ts'

/** Why the server ended a socket (`docs/feed.md`). */
export const closeCodes = {
  goingAway: 1001,
  keyEnded: 4001,
  tooSlow: 4008,
  resync: 4009,
  tooMany: 4029,
  internal: 1011,
} as const

/** What a session needs of a WebSocket. */
export interface FeedSocket {
  readonly bufferedAmount: number
  readonly readyState: number
  readonly OPEN: number
  send(text: string): void
  close(code: number, reason: string): void
  terminate(): void
}

export interface SessionOptions {
  readonly tail: FeedTail
  /** Puts on record what is about to be sent; when it rejects, nothing of it is sent. */
  readonly disclose: (shown: readonly Shown[]) => Promise<void>
  readonly log: Pick<Logger, 'warn'>
  readonly socketBufferBytesMax: number
  readonly slowSocketMs: number
  readonly heartbeatMs: number
}

export interface SessionSummary {
  readonly sent: number
  readonly position: number
  readonly code: number | null
}

// What is handed to a socket before its buffer is looked at again.
const pageSize = { eventsMax: 100, charactersMax: 262_144 }

/** Serves a socket until it closes or is closed; resolves to what was sent. */
export async function serveFeed(
  socket: FeedSocket,
  reader: FeedReader,
  start: number,
  options: SessionOptions,
): Promise<SessionSummary> {
  const { tail } = options
  let position = start
  let sent = 0
  let lastSentAt = Date.now()
  while (isOpen(socket)) {
    const page = await readView(tail, reader, position, pageSize)
    if (page.shown.length > 0) await options.disclose(page.shown)
    for (const text of page.texts) socket.send(text)
    position = page.position
    sent += page.texts.length
    if (page.texts.length > 0) lastSentAt = Date.now()
    if (!(await drained(socket, options))) {
      return endSlow(socket, { sent, position, code: closeCodes.tooSlow }, options)
    }
    if (position < tail.head()) continue
    const waitMs = Math.max(0, lastSentAt + options.heartbeatMs - Date.now())
    const advanced = await waitForAdvance(tail, position, waitMs)
    if (advanced || !isOpen(socket)) continue
    socket.send(heartbeat(tail.epoch(), position))
    lastSentAt = Date.now()
  }
  return { sent, position, code: null }
}

/** Tells a reader that its cursor is not of this feed, and ends the socket. */
export function endForeign(socket: FeedSocket, tail: FeedTail): void {
  socket.send(resync(tail.epoch(), tail.head(), 'the cursor is not of this feed'))
  socket.close(closeCodes.resync, `resync head=${toCursor(tail.head())}`)
}

function isOpen(socket: FeedSocket): boolean {
  return socket.readyState === socket.OPEN
}

const drainCheckMs = 20

// Waits until the socket's buffer is below its bound; false when it does not get there in time.
async function drained(socket: FeedSocket, options: SessionOptions): Promise<boolean> {
  const until = Date.now() + options.slowSocketMs
  while (isOpen(socket) && socket.bufferedAmount > options.socketBufferBytesMax) {
    if (Date.now() >= until) return false
    await new Promise((resolve) => setTimeout(resolve, drainCheckMs))
  }
  return true
}

function endSlow(
  socket: FeedSocket,
  summary: SessionSummary,
  { log, slowSocketMs }: SessionOptions,
) {
  // The cursor is the last one handed to the socket; the reader goes on from the last it has seen.
  socket.close(closeCodes.tooSlow, `too slow; resume after=${toCursor(summary.position)}`)
  // The close frame waits behind what the reader does not take.
  setTimeout(() => socket.terminate(), slowSocketMs).unref()
  log.warn(summary, 'feed.socket-too-slow')
  return summary
}
