// A request that is refused before its body was read leaves the body on the connection. What the address
// would have read anyway is let pass, unseen, so that the connection can be used again; beyond that the
// connection is closed. Node alone would go on reading without end.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'

/** Registers what becomes of bodies that nobody reads. */
export const unreadBodies = fp((app: FastifyInstance, _: object, done: () => void) => {
  app.addHook('onSend', (request, reply, payload, next) => {
    if (isUnread(request)) dealWith(request, reply)
    next(null, payload)
  })
  done()
})

function isUnread({ raw, ws }: FastifyRequest): boolean {
  const { 'content-length': length, 'transfer-encoding': coding } = raw.headers
  const hasBody = coding !== undefined || (length !== undefined && length !== '0')
  return hasBody && !ws && !raw.readableDidRead
}

function dealWith({ raw, routeOptions }: FastifyRequest, reply: FastifyReply): void {
  const bytesMax = routeOptions.bodyLimit ?? 0
  if (Number(raw.headers['content-length'] ?? 0) > bytesMax) {
    void reply.header('connection', 'close')
    return
  }
  let bytes = 0
  raw.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > bytesMax) raw.socket.destroy()
  })
  // Begins at once: a stream that nobody has begun to read is emptied by Node, whatever its length.
  raw.read(0)
}
