// Events of the stream itself. They stand in no feed; `feedcursor` says how far the reader is.

import { randomUUID } from 'node:crypto'
import { eventTypes, toCursor } from '@renkei/schema'

/** Says that the stream lives and that everything up to the cursor has been sent. */
export function heartbeat(epoch: string, position: number): string {
  return streamEvent(eventTypes.heartbeat, position, { epoch })
}

/** Says that the reader must begin again from the snapshot. */
export function resync(epoch: string, head: number, reason: string): string {
  return streamEvent(eventTypes.resync, head, { epoch, reason, snapshot: '/v1/snapshot' })
}

function streamEvent(type: string, seq: number, data: object): string {
  return JSON.stringify({
    specversion: '1.0',
    id: randomUUID(),
    type,
    source: '/v1/feed',
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    feedcursor: toCursor(seq),
    data,
  })
}
