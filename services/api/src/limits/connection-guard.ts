// Who may hold connections: one address only so many, and the last ones are for addresses from which a
// key has worked. So outsiders, who need no key to connect, cannot keep the partners out. Addresses
// that stand for many callers, as those of proxies, are free of it: there the proxy has to do this.

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { addressOf, makeTrust, sourceOf } from '../auth/source-address.ts'

export interface GuardSettings {
  readonly connectionsMax: number
  readonly connectionsPerSourceMax: number
  readonly connectionsFreeCidrs: readonly string[]
  readonly keepAliveMs: number
  /** How long a connection may be idle on which no key has worked yet. */
  readonly unprovenKeepAliveMs: number
}

export interface ConnectionGuard {
  /** Hears that a key has worked on this connection. */
  worked(socket: Socket): void
}

const reservedShare = 0.1
const sourcesKept = 10_000

/** Guards the connections of a server; `onDrop` hears of each one that is closed unheard. */
export function guardConnections(
  server: Server,
  settings: GuardSettings,
  onDrop: () => void,
): ConnectionGuard {
  const isFree = makeTrust(settings.connectionsFreeCidrs)
  const forAll = settings.connectionsMax - Math.floor(settings.connectionsMax * reservedShare)
  const idleMs = Math.min(settings.unprovenKeepAliveMs, settings.keepAliveMs)
  const open = new Map<string, number>()
  const knownSources = new Set<string>()
  const proven = new WeakSet<Socket>()
  let openOfAll = 0
  const mayStay = (source: string) =>
    (open.get(source) ?? 0) < settings.connectionsPerSourceMax &&
    (openOfAll < forAll || knownSources.has(source))
  server.on('connection', (socket: Socket) => {
    const source = sourceOfSocket(socket)
    if (!isFree(socket.remoteAddress) && !mayStay(source)) {
      socket.destroy()
      onDrop()
      return
    }
    openOfAll += 1
    open.set(source, (open.get(source) ?? 0) + 1)
    socket.once('close', () => {
      openOfAll -= 1
      const left = (open.get(source) ?? 1) - 1
      if (left === 0) open.delete(source)
      else open.set(source, left)
    })
  })
  // Node sets its own time first, when an answer is finished: the listeners are called in their order.
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    if (proven.has(socket) || isFree(socket.remoteAddress)) return
    response.once('finish', () => {
      if (!proven.has(socket)) socket.setTimeout(idleMs)
    })
  })
  return {
    worked(socket) {
      proven.add(socket)
      const source = sourceOfSocket(socket)
      if (knownSources.has(source)) return
      const [oldest] = knownSources
      if (knownSources.size >= sourcesKept && oldest !== undefined) knownSources.delete(oldest)
      knownSources.add(source)
    },
  }
}

// As the connection itself says: what a proxy tells of its callers is no matter of connections.
function sourceOfSocket(socket: Socket): string {
  return sourceOf(addressOf({ ip: '', socket }))
}
