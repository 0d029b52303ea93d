// The limits of an organisation before its request is read. A route says in its config which of them
// counts; without a word it is a request like others. Registered after the check of keys.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { DomainError } from '../problem/domain-error.ts'
import type { Limits } from './limits.ts'
import { makePlaces, type Places } from './places.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What requests to the route count as; `requests` unless told. */
    limit?: 'reports' | 'requests'
    /** What the route holds while it answers, when it does. */
    holds?: 'socket' | 'longPoll'
  }
}

export interface LimitDeps {
  readonly limits: Limits
  readonly reportBytesMax: number
  readonly socketsPerOrganisationMax: number
  readonly longPollsPerOrganisationMax: number
}

/** Registers the limits for every route below; beyond them the answer is 429. */
export const limitsPlugin = fp((app: FastifyInstance, deps: LimitDeps, done: () => void) => {
  const { limits, reportBytesMax } = deps
  app.addHook('onRequest', async (request, reply) => {
    const isReport = request.routeOptions.config.limit === 'reports'
    const bucket = isReport ? limits.readReports : limits.requests
    const points = isReport ? weightOf(request, reportBytesMax) : 1
    const taken = await bucket.take(request.caller.organisationId, points)
    if (!taken.ok) throw bucket.refusal(taken)
    reply.headers(bucket.headers(taken))
  })
  const sockets = makePlaces(deps.socketsPerOrganisationMax)
  const longPolls = makePlaces(deps.longPollsPerOrganisationMax)
  app.addHook('preHandler', (request, reply, next) => {
    const { holds } = request.routeOptions.config
    if (holds === 'socket' && request.ws) hold(sockets, 'sockets', request, reply)
    if (holds === 'longPoll' && waits(request)) hold(longPolls, 'long polls', request, reply)
    next()
  })
  done()
})

/**
 * How many reports a request weighs before it is read: as many as its bytes could be, so that a large
 * batch is not read for the price of one report.
 */
export function weightOf(request: FastifyRequest, reportBytesMax: number): number {
  const declared = Number(request.headers['content-length'] ?? request.routeOptions.bodyLimit)
  return Math.max(1, Math.ceil(declared / (2 * reportBytesMax)))
}

function waits({ query }: FastifyRequest): boolean {
  return Number((query as { wait?: unknown }).wait) > 0
}

function hold(places: Places, what: string, request: FastifyRequest, reply: FastifyReply): void {
  const leave = places.enter(request.caller.organisationId)
  if (!leave) {
    throw new DomainError('limit-reached', {
      detail: `Your organisation holds as many ${what} as it may; end one first.`,
      retryAfterSeconds: 1,
    })
  }
  // A socket has no answer that could end: its connection does.
  const held = request.ws ? request.raw.socket : reply.raw
  held.once('close', leave)
}
