// What every answer says besides its content: the request's name, and to browsers that this is no page
// of theirs. No Access-Control header is ever sent, so that pages of other origins cannot call the API.

import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

/** Registers the headers of all answers. */
export const answerHeaders = fp(async (app: FastifyInstance) => {
  app.addHook('onRequest', (request, reply, next) => {
    void reply.header('x-request-id', request.id)
    next()
  })
  await app.register(helmet, {
    // JSON loads nothing and is shown in no frame; the pages for people have a policy of their own.
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
    },
    xFrameOptions: { action: 'deny' },
  })
})

/** Registers that no answer is kept by anything between: for what stands behind a key. */
export const neverCached = fp((app: FastifyInstance, _: object, done: () => void) => {
  app.addHook('onRequest', (_request, reply, next) => {
    void reply.header('cache-control', 'no-store')
    next()
  })
  done()
})
