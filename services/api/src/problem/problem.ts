// Turns every error into RFC 9457 problem details: the only place that does. What we broke ourselves
// is logged in full and told in one sentence.

import { isDatabaseUnavailable } from '@renkei/db'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { DomainError, faultsFound } from './domain-error.ts'
import { problemTypes } from './problem-types.ts'
import { toldFaults } from './told-faults.ts'

export interface ProblemDeps {
  readonly publicUrl: string
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Why it was refused, when it was. */
    refusal: DomainError | undefined
  }
}

/** Registers the error and not-found handlers for everything below. */
export const problemPlugin = fp((app: FastifyInstance, deps: ProblemDeps, done: () => void) => {
  app.decorateRequest('refusal')
  app.setErrorHandler(answerError(deps))
  app.setNotFoundHandler((request, reply) => {
    const refusal = new DomainError(
      'not-found',
      `${request.method} ${pathOf(request)} leads nowhere.`,
    )
    return sendProblem(refusal, request, reply, deps)
  })
  done()
})

/** Makes the handler of errors, also of those that come before any route is found. */
export function answerError(deps: ProblemDeps) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const refusal = toDomainError(error, request)
    request.refusal = refusal
    if (refusal.status >= 500)
      request.log.error({ err: error, slug: refusal.slug }, 'request.failed')
    const { reason } = refusal.details
    if (reason)
      request.log.info(
        { reason, slug: refusal.slug, requestId: request.id, address: request.ip },
        'request.refused',
      )
    void sendProblem(refusal, request, reply, deps)
  }
}

/** Writes a refusal as a problem document, also used for the items of a batch, which share the room for faults. */
export function problemBody(
  refusal: DomainError,
  requestId: string,
  publicUrl: string,
  room?: number,
): object {
  const { title } = problemTypes[refusal.slug]
  const { members, errors: all } = refusal.details
  const { detail, errors } = all
    ? toldFaults(refusal.details.detail, all, room)
    : { detail: refusal.details.detail, errors: undefined }
  return {
    type: `${publicUrl}/problems/${refusal.slug}`,
    title,
    status: refusal.status,
    code: refusal.slug,
    detail,
    requestId,
    ...(errors && { errors }),
    ...members,
  }
}

/** Names the refusal behind any error; what is not ours to explain becomes `internal`. */
export function toDomainError(
  error: unknown,
  request?: Pick<FastifyRequest, 'routeOptions'>,
): DomainError {
  if (error instanceof DomainError) return error
  if (isDatabaseUnavailable(error)) {
    return new DomainError('overloaded', {
      detail: 'The database cannot be reached at the moment.',
      retryAfterSeconds: 2,
    })
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const limitBytes = request?.routeOptions.bodyLimit
    const detail = 'The body is larger than this address takes.'
    return new DomainError('too-large', { detail, members: { limitBytes } })
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    const detail = `Content-Type must be ${takenTypes(request).join(' or ')}.`
    return new DomainError('unsupported-media-type', detail)
  }
  if (code === 'FST_ERR_CTP_EMPTY_JSON_BODY') {
    return new DomainError('invalid-json', 'The body is empty.')
  }
  if (code.startsWith('FST_ERR_VALIDATION')) return parameterFaults(error)
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  if (status >= 400 && status < 500) {
    return new DomainError('invalid-request', error instanceof Error ? error.message : 'refused')
  }
  return new DomainError('internal', 'The request could not be completed.')
}

function takenTypes(request: Pick<FastifyRequest, 'routeOptions'> | undefined): string[] {
  const body = request?.routeOptions.schema?.body as { content?: object } | undefined
  return Object.keys(body?.content ?? { 'application/json': {} })
}

function parameterFaults(error: unknown): DomainError {
  const { validation = [], validationContext = '' } = error as FastifyError
  const errors = validation.map((fault) => ({
    pointer: `${validationContext}${fault.instancePath}`,
    rule: fault.keyword,
    detail: `${validationContext}${fault.instancePath} ${fault.message ?? 'is not valid'}${
      fault.keyword === 'additionalProperties'
        ? `: ${String(fault.params['additionalProperty'])}`
        : ''
    }`,
  }))
  return new DomainError('invalid-request', {
    detail: `${faultsFound(errors)}.`,
    errors,
  })
}

/** The headers that a refusal brings besides its document. */
export function refusalHeaders({ details }: DomainError): Record<string, string> {
  const { retryAfterSeconds: seconds, headers } = details
  return { ...(seconds !== undefined && { 'retry-after': String(seconds) }), ...headers }
}

function sendProblem(
  refusal: DomainError,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: ProblemDeps,
) {
  return (
    reply
      .code(refusal.status)
      // Also where a request was refused before any hook ran.
      .header('x-request-id', request.id)
      .headers(refusalHeaders(refusal))
      .type('application/problem+json; charset=utf-8')
      .serializer((body: unknown) => JSON.stringify(body))
      .send(problemBody(refusal, request.id, deps.publicUrl))
  )
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0]?.slice(0, 200) ?? ''
}
