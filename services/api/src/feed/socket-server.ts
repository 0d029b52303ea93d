// What turns a request into a WebSocket. It is registered before the check of keys, so that a socket
// that is refused is also closed; once it has left HTTP, nothing else would close it.

import type { IncomingMessage } from 'node:http'
import websocket from '@fastify/websocket'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { closeCodes } from './feed-session.ts'

const frameBytesMax = 4096
const farewellMs = 500

/** Registers the WebSocket server; its sockets are told 1001 when the service stops. */
export const socketServer = fp(async (app: FastifyInstance) => {
  await app.register(websocket, {
    options: { maxPayload: frameBytesMax, perMessageDeflate: false },
    preClose: (done: () => void) => {
      const { clients } = app.websocketServer
      for (const socket of clients) socket.close(closeCodes.goingAway, 'the service stops; resume')
      setTimeout(() => {
        for (const socket of clients) socket.terminate()
      }, farewellMs).unref()
      done()
    },
  })
})

/** Whether a request leaves HTTP. Who offers another protocol, such as h2c, is served over HTTP. */
export function isSocketRequest({ headers, url = '' }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket' && /^\/v1\/feed(?:\?|$)/.test(url)
}
