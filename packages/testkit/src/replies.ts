// How a scripted receiver answers one request, each way a real endpoint has been seen to behave.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export type Reply =
  | {
      kind: 'answer'
      status: number
      headers?: Record<string, string>
      body?: string | Buffer
      delayMs?: number
    }
  | { kind: 'redirect'; to: string; status?: 301 | 302 | 303 | 307 | 308 }
  /** Takes the request and never says a word. */
  | { kind: 'hang' }
  /** A TCP reset, before any answer or in the middle of one. */
  | { kind: 'reset'; when: 'before_headers' | 'after_headers' }
  /** Sends 200 and then its body a byte at a time, `everyMs` apart. */
  | { kind: 'drip'; bytes: number; everyMs: number }
  /** Sends its status line and headers a byte at a time, without end. */
  | { kind: 'slow_headers'; everyMs: number }
  /** Sends 200 and a body of this size as fast as it is taken. */
  | { kind: 'huge_body'; bytes: number }
  /** Announces a longer body than it sends, then closes in good order. */
  | { kind: 'close_after'; bytes: number }
  /** Answers with something that is not HTTP. */
  | { kind: 'garbage' }

/** The reply of an endpoint that is well. */
export const OK: Reply = { kind: 'answer', status: 204 }

/** A reply that asks to come back later: seconds, or an HTTP date. */
export function retryAfter(status: 413 | 429 | 503, value: number | Date): Reply {
  const when = typeof value === 'number' ? String(value) : value.toUTCString()
  return { kind: 'answer', status, headers: { 'retry-after': when } }
}

/** Plays the reply on the connection. Returns at once; slow replies end with their socket. */
export function play(reply: Reply, request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request
  switch (reply.kind) {
    case 'answer':
      return answer(reply, response)
    case 'redirect':
      return void response.writeHead(reply.status ?? 302, { location: reply.to }).end()
    case 'hang':
      return undefined
    case 'reset':
      if (reply.when === 'before_headers') return void socket.resetAndDestroy()
      response.writeHead(200, { 'content-length': '1000' })
      return void response.write('{', () => socket.resetAndDestroy())
    case 'drip':
      response.writeHead(200, { 'content-length': String(reply.bytes) })
      response.flushHeaders()
      return drip(socket, 'x'.repeat(reply.bytes), reply.everyMs, () => void response.end())
    case 'slow_headers':
      return drip(socket, slowHeaders(), reply.everyMs, () => undefined)
    case 'huge_body':
      response.writeHead(200, { 'content-type': 'application/octet-stream' })
      return pour(response, reply.bytes)
    case 'close_after':
      response.writeHead(200, { 'content-length': String(reply.bytes + 1), connection: 'close' })
      return void response.write('x'.repeat(reply.bytes), () => socket.end())
    case 'garbage':
      return void socket.end('what is this\r\n\r\n')
  }
}

function answer(reply: Extract<Reply, { kind: 'answer' }>, response: ServerResponse): void {
  const send = (): void => {
    response.writeHead(reply.status, reply.headers)
    response.end(reply.body)
  }
  if (reply.delayMs === undefined) return send()
  const timer = setTimeout(send, reply.delayMs)
  response.once('close', () => clearTimeout(timer))
}

function* slowHeaders(): Generator<string> {
  yield* 'HTTP/1.1 200 OK\r\nx-slow: '
  for (;;) yield 'z'
}

function drip(socket: Socket, text: Iterable<string>, everyMs: number, done: () => void): void {
  if (socket.destroyed) return
  const bytes = text[Symbol.iterator]()
  const timer = setInterval(() => {
    const next = bytes.next()
    if (next.done === true) {
      clearInterval(timer)
      done()
    } else {
      socket.write(next.value)
    }
  }, everyMs)
  socket.once('close', () => clearInterval(timer))
}

const CHUNK = Buffer.alloc(64 * 1024, 'x')

function pour(response: ServerResponse, bytes: number): void {
  let left = bytes
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      const part = CHUNK.subarray(0, Math.min(left, CHUNK.length))
      left -= part.length
      if (!response.write(part)) return void response.once('drain', more)
    }
    response.end()
  }
  more()
}
