// A peer on the WebSocket feed. It can be cut off, and resumes from the last cursor that it handled;
// it checks for itself that nothing is missing and nothing comes twice.

import { eventTypes } from '@renkei/schema'
import { WebSocket } from 'ws'
import type { DemoPeer, Sighting } from './peer.ts'

export interface SocketPeer extends DemoPeer {
  /** Drops the connection without a word, as a broken line does. */
  readonly cut: () => void
  /** Connects again from the last cursor. */
  readonly resume: () => Promise<void>
}

/** Connects to the feed at its present end. */
export async function startSocketPeer(
  name: string,
  apiUrl: string,
  apiKey: string,
): Promise<SocketPeer> {
  const sightings: Sighting[] = []
  const faults: string[] = []
  let socket: WebSocket
  let cursor: string | undefined
  const connect = async () => {
    const url = new URL('/v1/feed', apiUrl.replace('http', 'ws'))
    if (cursor !== undefined) url.searchParams.set('after', cursor)
    socket = new WebSocket(url, { headers: { authorization: `Bearer ${apiKey}` } })
    socket.on('message', (data: Buffer) => handle(JSON.parse(data.toString('utf8')) as FeedFrame))
    socket.on('error', () => {})
    await new Promise((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
  }
  const handle = (event: FeedFrame) => {
    if (event.type === eventTypes.heartbeat) return
    // previouscursor names the event before this one in our view: a gap would show here.
    if (cursor !== undefined && event.previouscursor !== cursor) {
      faults.push(
        `${name}: after ${cursor} came ${event.feedcursor}, which follows ${event.previouscursor}`,
      )
    }
    cursor = event.feedcursor
    sightings.push({
      eventId: event.id,
      cursor: event.feedcursor,
      previous: event.previouscursor,
      receivedAt: performance.now(),
    })
  }
  await connect()
  return {
    name,
    sightings,
    faults,
    cut: () => socket.terminate(),
    resume: connect,
    stop: () => {
      socket.close()
      return Promise.resolve()
    },
  }
}

interface FeedFrame {
  readonly id: string
  readonly type: string
  readonly feedcursor: string
  readonly previouscursor: string
}
