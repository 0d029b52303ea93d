// Lets a stop end soon: a connection whose last answer was still on its way when the stop began is
// idle a moment later, and would otherwise be kept open for a next request that is never taken. One on
// which nothing ever came is none of Node's idle ones.

import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

const lookMs = 50

/** Closes connections as they become idle, from the beginning of a stop to its end. */
export const closeConnections = fp((app: FastifyInstance, _: object, done: () => void) => {
  const open = new Set<Socket>()
  app.server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  app.addHook('preClose', (next) => {
    const close = () => {
      app.server.closeIdleConnections()
      for (const socket of open) if (socket.bytesRead === 0) socket.destroy()
    }
    const timer = setInterval(close, lookMs)
    app.server.once('close', () => clearInterval(timer))
    next()
  })
  done()
})
