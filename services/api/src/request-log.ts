// One wide line per request, and its time in the metrics. Never a body, a header or a query value.

import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { ApiMetrics } from './health/metrics.ts'

/** Registers the log line and the histogram of every request. */
export const requestLog = fp(
  (app: FastifyInstance, deps: { metrics: ApiMetrics }, done: () => void) => {
    app.addHook('onResponse', (request, reply, next) => {
      const route = request.routeOptions.url ?? 'none'
      const labels = { method: request.method, route, status: String(reply.statusCode) }
      deps.metrics.requests.observe(labels, reply.elapsedTime / 1000)
      request.log.info(
        {
          ...labels,
          requestId: request.id,
          organisation: request.caller?.organisationId,
          keyId: request.caller?.keyId,
          signedBy: request.caller?.signedBy,
          bytesIn: request.rawBody.length,
          durationMs: Math.round(reply.elapsedTime * 10) / 10,
        },
        'request.answered',
      )
      next()
    })
    done()
  },
)
