// The limits of an organisation. A route says in its config which of them counts; without a word it is
// a request like others. Before its body is here a request counts as one, and as one of its key alone
// while its signature is still to be verified: what is only announced uses up nobody's limit.
// Registered after the check of keys.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { DomainError } from '../problem/domain-error.ts'
import { sourceOf } from '../auth/source-address.ts'
import type { Bucket } from './bucket.ts'
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
    const weight = Math.min(isReport ? weightOf(request, reportBytesMax) : 1, bucket.perSecond)
    const { organisationId, keyId, address } = request.caller
    const charge = (points: number) => take(bucket, organisationId, { points, reply })
    const verify = request.beforeParse
    if (verify) {
      await take(limits.unverified, `${keyId} ${sourceOf(address)}`, { points: 1, reply })
    } else {
      await charge(1)
    }
    const owed = verify ? weight : weight - 1
    if (owed === 0) return
    const settle = async () => {
      await verify?.()
      await charge(owed)
    }
    let settled: Promise<void> | undefined
    request.beforeParse = () => (settled ??= settle())
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

async function take(
  bucket: Bucket,
  taker: string,
  { points, reply }: { points: number; reply: FastifyReply },
): Promise<void> {
  const taken = await bucket.take(taker, points)
  if (!taken.ok) throw bucket.refusal(taken)
  reply.headers(bucket.headers(taken))
}

/**
 * How many reports a request weighs before it is parsed: as many as its bytes could be, so that a
 * large batch is not looked at for the price of one report.
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
