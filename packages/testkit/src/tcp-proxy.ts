// A TCP proxy before a real server, to break the network on purpose: between us and Postgres, Redis
// or a subscriber.

import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'

export type TcpProxy = {
  port: number
  /** The target's URL with the proxy's address in it. */
  url: string
  connections(): number
  /** Takes everything and passes nothing on, in old connections and in new ones. */
  blackhole(): void
  /** Resets every connection there is; new ones pass. */
  cut(): void
  /** Holds the bytes of every connection, and of new ones, until resumed. */
  pause(): void
  resume(): void
  /** Resets every connection and refuses new ones. */
  refuse(): Promise<void>
  /** Passes everything on again; connections that lost bytes in the black hole are reset. */
  restore(): Promise<void>
  close(): Promise<void>
}

type Mode = 'pass' | 'pause' | 'blackhole'

type Link = { client: Socket; upstream: Socket | undefined; hasLost: boolean }

/** A proxy on a free port of 127.0.0.1 before the host and port of this URL. */
export async function startTcpProxy(targetUrl: string): Promise<TcpProxy> {
  const target = new URL(targetUrl)
  const links = new Set<Link>()
  let mode: Mode = 'pass'
  const open = async (port: number): Promise<Server> =>
    listen(port, (client) => join(client, target, links, () => mode))
  const setMode = (next: Mode): void => {
    mode = next
    for (const { client, upstream } of links) {
      for (const socket of [client, upstream]) {
        if (next === 'pause') socket?.pause()
        else socket?.resume()
      }
    }
  }
  let server: Server | undefined = await open(0)
  const { port } = server.address() as AddressInfo
  const stopListening = async (): Promise<void> => {
    const old = server
    server = undefined
    const closed = new Promise((resolve) => (old ? old.close(resolve) : resolve(undefined)))
    reset(links)
    await closed
  }
  return {
    port,
    url: atProxy(target, port),
    connections: () => links.size,
    blackhole: () => setMode('blackhole'),
    cut: () => reset(links),
    pause: () => setMode('pause'),
    resume: () => setMode('pass'),
    refuse: stopListening,
    restore: async () => {
      reset([...links].filter((link) => link.hasLost))
      setMode('pass')
      server ??= await open(port)
    },
    close: stopListening,
  }
}

function join(client: Socket, target: URL, links: Set<Link>, mode: () => Mode): void {
  const link: Link = { client, upstream: undefined, hasLost: mode() === 'blackhole' }
  links.add(link)
  if (link.hasLost) {
    client.on('error', () => undefined).on('close', () => links.delete(link))
    client.resume()
    return
  }
  const upstream = connect({
    port: Number(target.port || DEFAULT_PORTS[target.protocol]),
    host: target.hostname,
    allowHalfOpen: true,
  })
  link.upstream = upstream
  const partWith = (other: Socket, hadError: boolean): void => {
    if (client.destroyed && upstream.destroyed) links.delete(link)
    // In a black hole not even a farewell gets through.
    if (mode() === 'blackhole') link.hasLost = true
    else if (hadError) other.resetAndDestroy()
    else other.destroySoon()
  }
  client.on('error', () => undefined).on('close', (hadError) => partWith(upstream, hadError))
  upstream.on('error', () => undefined).on('close', (hadError) => partWith(client, hadError))
  pass(client, upstream, link, mode)
  pass(upstream, client, link, mode)
}

const DEFAULT_PORTS: Record<string, number> = {
  'postgres:': 5432,
  'postgresql:': 5432,
  'redis:': 6379,
  'http:': 80,
}

function pass(from: Socket, to: Socket, link: Link, mode: () => Mode): void {
  from.setNoDelay(true)
  from.on('data', (chunk) => {
    if (mode() === 'blackhole') link.hasLost = true
    else if (!to.write(chunk)) from.pause()
  })
  to.on('drain', () => {
    if (mode() !== 'pause') from.resume()
  })
  from.on('end', () => {
    if (mode() === 'blackhole') link.hasLost = true
    else to.end()
  })
  if (mode() === 'pause') from.pause()
}

function reset(links: Iterable<Link>): void {
  for (const { client, upstream } of links) {
    client.resetAndDestroy()
    upstream?.resetAndDestroy()
  }
}

function atProxy(target: URL, port: number): string {
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return url.href
}

async function listen(port: number, onConnection: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true }, onConnection)
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
