// Lets a stop end soon: a connection whose last answer was still on its way when the stop began is
// idle a moment later, and would otherwise be kept open for a next request that is never taken.

import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

const lookMs = 50

/** Closes connections as they become idle, from the beginning of a stop to its end. */
export const closeConnections = fp((app: FastifyInstance, _: object, done: () => void) => {
  app.addHook('preClose', (next) => {
    const timer = setInterval(() => app.server.closeIdleConnections(), lookMs)
    app.server.once('close', () => clearInterval(timer))
    next()
  })
  done()
})
