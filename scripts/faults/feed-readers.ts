// Two readers of the feed, one that polls and one on a WebSocket. Each keeps the cursor of what it handled
// last and nothing else: from there it goes on after whatever happened.

import { setTimeout as pause } from 'node:timers/promises'
import { eventTypes } from '@renkei/schema'
import { WebSocket } from 'ws'
import type { FeedSighting, Reader } from './journal.ts'
import type { Party } from './parties.ts'
import { isRevision } from './receivers.ts'

export interface FeedReader extends Reader {
  /** Breaks what it reads from just now, without a word. */
  cut(): void
  stop(): Promise<void>
}

interface FeedEvent {
  readonly id: string
  readonly type: string
  readonly subject: string
  readonly revision?: number
  readonly feedcursor: string
  readonly previouscursor: string
}

export interface ReaderOptions {
  readonly apiUrl: string
  readonly listener: Party
  /** Stands before the reader: an event for which it is false never arrives. */
  readonly passes: (event: { readonly id: string }) => boolean
  readonly onAlarm: (alarm: string) => void
}

const againAfterMs = 200
const waitSeconds = 5
const silentMsMax = 20_000

/** A reader by long poll, from the beginning of the feed. */
export function startPolling(options: ReaderOptions): FeedReader {
  const { apiUrl, listener, passes, onAlarm } = options
  const sightings: FeedSighting[] = []
  const stopping = new AbortController()
  let current = new AbortController()
  let cursor = '0'
  const read = async () => {
    while (!stopping.signal.aborted) {
      current = new AbortController()
      const limits = [stopping.signal, current.signal, AbortSignal.timeout(silentMsMax)]
      try {
        const url = `${apiUrl}/v1/events?after=${cursor}&wait=${waitSeconds}&limit=500`
        const headers = { authorization: `Bearer ${listener.apiKey}` }
        const response = await fetch(url, { headers, signal: AbortSignal.any(limits) })
        if (response.status === 400) onAlarm(`feed: cursor ${cursor} was refused`)
        if (!response.ok) throw new Error(`answered ${response.status}`)
        const page = (await response.json()) as { next: string; events: FeedEvent[] }
        sightings.push(...page.events.filter(passes).map(toSighting))
        cursor = page.next
      } catch {
        await pause(againAfterMs)
      }
    }
  }
  const running = read()
  return {
    name: 'the polling reader',
    sightings,
    cut: () => current.abort(),
    async stop() {
      stopping.abort()
      await running
    },
  }
}

/** A reader on a WebSocket, from the beginning of the feed. */
export function startListening(options: ReaderOptions): FeedReader {
  const { apiUrl, listener, passes, onAlarm } = options
  const sightings: FeedSighting[] = []
  let stopped = false
  let cursor = '0'
  let socket: WebSocket | undefined
  let silence: NodeJS.Timeout | undefined
  const connect = () => {
    const url = `${apiUrl.replace('http', 'ws')}/v1/feed?after=${cursor}`
    const own = new WebSocket(url, {
      headers: { authorization: `Bearer ${listener.apiKey}` },
      handshakeTimeout: 5000,
    })
    socket = own
    const hear = () => {
      clearTimeout(silence)
      silence = setTimeout(() => own.terminate(), silentMsMax)
    }
    own.on('open', hear)
    own.on('ping', hear)
    own.on('error', () => own.terminate())
    own.on('close', () => {
      clearTimeout(silence)
      if (!stopped) setTimeout(() => stopped || connect(), againAfterMs)
    })
    own.on('message', (data: Buffer) => {
      hear()
      // What a connection that was given up still had for us comes again on the next one.
      if (own !== socket || own.readyState !== WebSocket.OPEN) return
      const event = JSON.parse(data.toString('utf8')) as FeedEvent
      if (event.type === eventTypes.heartbeat) return
      if (event.type === eventTypes.resync) return onAlarm(`feed: cursor ${cursor} was refused`)
      cursor = event.feedcursor
      if (passes(event)) sightings.push(toSighting(event))
    })
  }
  connect()
  return {
    name: 'the reader on a WebSocket',
    sightings,
    cut: () => socket?.terminate(),
    stop: async () => {
      stopped = true
      socket?.terminate()
    },
  }
}

function toSighting(event: FeedEvent): FeedSighting {
  const { id: eventId, feedcursor: cursor, previouscursor: previous } = event
  return { eventId, cursor, previous, isReport: isRevision(event) }
}
