// Real receivers on this machine, and a sender that may reach them. What a test starts is closed
// when it ends.

import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo, Server, Socket } from 'node:net'
import * as net from 'node:net'
import { Webhook } from 'standardwebhooks'
import { onTestFinished } from 'vitest'
import { createSender, newSecret, type OutgoingWebhook, type SenderOptions } from '../src/index.ts'

export const secret = newSecret()
const receiver = new Webhook(secret)

export function makeSender(options: Partial<SenderOptions> = {}) {
  const sender = createSender({
    allowedCidrs: ['127.0.0.1'],
    connectionsPerOriginMax: 4,
    timeoutMs: 10_000,
    responseBytesMax: 1_024,
    userAgent: 'renkei-test/1',
    ...options,
  })
  onTestFinished(() => sender.close())
  return sender
}

export function message(url: string, more: Partial<OutgoingWebhook> = {}): OutgoingWebhook {
  return {
    url,
    secret,
    id: 'event_1',
    body: '{"phase":"復旧中"}',
    timestampSeconds: Math.floor(Date.now() / 1_000),
    ...more,
  }
}

export interface Received {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** An HTTP receiver that verifies each signature with the reference library, then answers. */
export async function startReceiver(
  answer: (...args: [...Parameters<RequestListener>, Received]) => void,
) {
  const received: Received[] = []
  const faults: unknown[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const headers = request.headers as Record<string, string>
      const item = { url: request.url ?? '', headers, body: Buffer.concat(chunks) }
      try {
        receiver.verify(item.body, headers)
      } catch (error) {
        faults.push(error)
      }
      received.push(item)
      answer(request, response, item)
    })
  })
  server.keepAliveTimeout = 60_000
  const { port, sockets } = await listen(server)
  return { url: `http://127.0.0.1:${port}/hook`, port, received, faults, sockets, server }
}

/** A receiver below HTTP: `onRequest` is called with the socket when a request has come. */
export async function startRawReceiver(onRequest: (socket: Socket) => void) {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => onRequest(socket))
  })
  const { port, sockets } = await listen(server)
  return { url: `http://127.0.0.1:${port}/hook`, port, sockets }
}

export async function listen(server: Server, host = '127.0.0.1', wanted = 0) {
  const sockets: Socket[] = []
  server.on('connection', (socket) => sockets.push(socket))
  await new Promise<void>((resolve) => {
    server.listen(wanted, host, resolve)
  })
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => {
      server.close(resolve)
    })
  })
  return { port: (server.address() as AddressInfo).port, sockets }
}

export function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve()
    else socket.once('close', () => resolve())
  })
}
