// GET /v1/feed as a WebSocket: authenticates and resumes like the pull address, then pushes.

import type { Viewer } from '@renkei/schema'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import { problemResponse, queryOf } from '../docs/parts.ts'
import { actorOf } from '../audit/actor.ts'
import { feedAudit, type RecordDisclosure } from '../audit/disclosure.ts'
import type { Shown } from '../audit/shown.ts'
import type { ListenToSocket } from './acknowledge-frames.ts'
import { badParameter } from '../problem/domain-error.ts'
import {
  feedParameters,
  type FeedQuery,
  isForeignCursor,
  toFeedFilter,
  toFeedPosition,
} from './feed-query.ts'
import { closeCodes, endForeign, serveFeed, type SessionOptions } from './feed-session.ts'

export interface SocketDeps extends Omit<SessionOptions, 'log' | 'disclose'> {
  readonly disclose: RecordDisclosure
  readonly socketsMax: number
  readonly onSockets: (open: number) => void
  /** Answers what the reader says. */
  readonly listen: ListenToSocket
}

/** Registers the socket address; `socket-server.ts` stands before it. */
export function socketRoutes(app: FastifyInstance, deps: SocketDeps, done: () => void): void {
  const sockets = new Set<WebSocket>()
  app.get<{ Querystring: FeedQuery }>(
    '/v1/feed',
    // A copy: the plugin marks the schema that it is given as hidden.
    {
      websocket: true,
      config: { scope: 'feed:read', holds: 'socket', audit: feedAudit },
      schema: { ...feedDocs },
      preHandler: refuseOtherThanSocket,
    },
    (socket, request) => {
      if (sockets.size >= deps.socketsMax) {
        socket.close(closeCodes.tooMany, 'too many sockets; try again later')
        return
      }
      sockets.add(socket)
      deps.onSockets(sockets.size)
      keepAlive(socket, deps.heartbeatMs)
      endWithKey(socket, request, deps.heartbeatMs)
      deps.listen(socket, request)
      socket.on('error', () => socket.terminate())
      socket.on('close', () => {
        sockets.delete(socket)
        deps.onSockets(sockets.size)
      })
      const disclose = (shown: readonly Shown[]) => deps.disclose(actorOf(request), shown)
      serve(socket, request.query, { ...deps, disclose, log: request.log }, request.caller).then(
        (summary) =>
          request.log.info(
            { ...summary, organisation: request.caller.organisationId },
            'feed.ended',
          ),
        (error: unknown) => {
          request.log.error({ err: error }, 'feed.failed')
          socket.close(closeCodes.internal, 'resume from your last cursor')
        },
      )
    },
  )
  done()
}

function refuseOtherThanSocket(request: FastifyRequest, _: FastifyReply, done: () => void): void {
  if (!request.ws) {
    throw badParameter(
      'Upgrade',
      'websocket',
      'This address speaks WebSocket; /v1/events does not.',
    )
  }
  done()
}

async function serve(socket: WebSocket, query: FeedQuery, options: SessionOptions, viewer: Viewer) {
  const { tail } = options
  const start = toFeedPosition(query, tail.head())
  if (await isForeignCursor(query, start, tail)) {
    endForeign(socket, tail)
    return { sent: 0, position: start, code: closeCodes.resync }
  }
  return serveFeed(socket, { viewer, filter: toFeedFilter(query), previous: start }, start, options)
}

// A peer that has gone without a word is noticed by its missing pong.
function keepAlive(socket: WebSocket, intervalMs: number): void {
  let answered = true
  socket.on('pong', () => (answered = true))
  const timer = setInterval(() => {
    if (!answered) return socket.terminate()
    answered = false
    socket.ping()
  }, intervalMs)
  socket.on('close', () => clearInterval(timer))
}

// A key that is revoked, expires or is changed takes its sockets with it, one heartbeat later at most: a
// socket shows what its caller might see when it was opened. When the
// database cannot be asked, the socket stays: it has nothing new to tell either.
function endWithKey(socket: WebSocket, request: FastifyRequest, intervalMs: number): void {
  const check = async () => {
    try {
      if (!(await request.keyStillHolds()))
        socket.close(closeCodes.keyEnded, 'the API key has ended or changed')
    } catch (error) {
      request.log.warn({ err: error }, 'feed.key-not-checked')
    }
  }
  const timer = setInterval(() => void check(), intervalMs)
  socket.on('close', () => clearInterval(timer))
}

const feedDocs = {
  operationId: 'openFeed',
  summary: 'The feed as a WebSocket',
  description:
    'Each text frame is one CloudEvent. Without `after` it begins now. A reader may acknowledge over it. See /asyncapi.json for heartbeats and close codes.',
  tags: ['feed'],
  querystring: queryOf(feedParameters),
  response: { 101: { description: 'Switching to WebSocket.' }, default: problemResponse },
}
