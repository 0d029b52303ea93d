// A peer's side of GET /v1/feed: keeps every frame, and can be cut off.

import { waitFor } from '@renkei/testkit'
import { WebSocket } from 'ws'
import type { Party } from './parties.ts'

// oxlint-disable-next-line typescript/no-explicit-any -- tests look into events of every kind
export type FeedEvent = Record<string, any>

export interface FeedClient {
  /** Events of reports, in order of arrival. */
  readonly events: readonly FeedEvent[]
  /** What was answered to messages of this side: no events. */
  readonly answers: readonly FeedEvent[]
  /** Events of the stream itself: heartbeats, resyncs. */
  readonly streamEvents: readonly FeedEvent[]
  readonly socket: WebSocket
  /** Where to resume: the cursor of the last event of any kind. */
  cursor(): string | undefined
  waitForEvents(count: number): Promise<void>
  /** How the server ended it. */
  readonly closed: Promise<{ code: number; reason: string }>
}

/** Opens a feed socket and resolves when it is open; rejects with the status when it is refused. */
export async function openFeed(
  api: { readonly url: string },
  party: Pick<Party, 'apiKey'>,
  query = '',
): Promise<FeedClient> {
  const url = `${api.url.replace('http', 'ws')}/v1/feed?${query}`
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${party.apiKey}` } })
  const frames: FeedEvent[] = []
  socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString('utf8'))))
  const { promise: closed, resolve: onClose } = Promise.withResolvers<{
    code: number
    reason: string
  }>()
  socket.on('close', (code, reason) => onClose({ code, reason: reason.toString('utf8') }))
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('unexpected-response', (_, { statusCode }) =>
      reject(new Error(`status ${statusCode}`)),
    )
    socket.on('error', reject)
  })
  const isOfStream = (event: FeedEvent) => String(event['type']).includes('.stream.')
  const isEvent = (frame: FeedEvent) => 'specversion' in frame
  const told = () => frames.filter((frame) => isEvent(frame) && !isOfStream(frame))
  return {
    get events() {
      return told()
    },
    get answers() {
      return frames.filter((frame) => !isEvent(frame))
    },
    get streamEvents() {
      return frames.filter(isOfStream)
    },
    socket,
    cursor: () => frames.findLast(isEvent)?.['feedcursor'],
    waitForEvents: async (count) => {
      const enough = () => told().length >= count
      await waitFor(enough, { timeoutMs: 30_000, what: `${count} events` })
    },
    closed,
  }
}
