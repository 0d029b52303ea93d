// The size of what stands before a body: address, parameters, headers.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { badParameter, DomainError } from '../problem/domain-error.ts'
import type { HttpLimits } from './http-server.ts'

/** Registers the check of every request, before anything else looks at it. */
export const requestShape = fp((app: FastifyInstance, limits: HttpLimits, done: () => void) => {
  app.addHook('onRequest', (request, _, next) => {
    checkShape(request, limits)
    next()
  })
  done()
})

function checkShape({ raw }: FastifyRequest, limits: HttpLimits): void {
  const { urlBytesMax, headersMax, queryParametersMax } = limits
  const url = raw.url ?? ''
  if (Buffer.byteLength(url) > urlBytesMax) {
    throw new DomainError('url-too-long', {
      detail: `The address has more than ${urlBytesMax} bytes.`,
      members: { limitBytes: urlBytesMax },
    })
  }
  if (raw.rawHeaders.length / 2 > headersMax) {
    throw new DomainError('headers-too-large', `There are more than ${headersMax} headers.`)
  }
  const query = url.slice(url.indexOf('?') + 1 || url.length)
  if (query.split('&', queryParametersMax + 1).length > queryParametersMax) {
    throw badParameter(
      'querystring',
      'maxItems',
      `There are more than ${queryParametersMax} query parameters.`,
    )
  }
}
