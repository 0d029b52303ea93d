// What a reader says on its feed socket: that its organisation has seen or assessed a revision. One
// message at a time, each answered, each counted like a request; the key is asked again for each.

import type { Access } from '@renkei/db'
import { parseAcknowledgementFrame } from '@renkei/schema'
import type { FastifyRequest } from 'fastify'
import type { RawData, WebSocket } from 'ws'
import { acknowledge } from '../acknowledgements/acknowledge.ts'
import type { AcknowledgementDeps } from '../acknowledgements/acknowledgement-deps.ts'
import type { AccessRecorder } from '../audit/access-recorder.ts'
import { actorOf } from '../audit/actor.ts'
import type { RecordDisclosure } from '../audit/disclosure.ts'
import { unauthenticated } from '../auth/refusals.ts'
import { readJson } from '../json/read-json.ts'
import type { Bucket } from '../limits/bucket.ts'
import { DomainError, invalidBody } from '../problem/domain-error.ts'
import { problemBody, toDomainError } from '../problem/problem.ts'
import { closeCodes } from './feed-session.ts'

export interface FrameDeps extends AcknowledgementDeps {
  readonly requests: Bucket
  readonly disclose: RecordDisclosure
  readonly recorder: Pick<AccessRecorder, 'record'>
  readonly publicUrl: string
  readonly jsonDepthMax: number
  readonly socketBufferBytesMax: number
}

export type ListenToSocket = (socket: WebSocket, request: FastifyRequest) => void

const waitingMax = 16

/** Makes what answers the messages of a socket, in their order, until it is closed. */
export function makeFrameListener(deps: FrameDeps): ListenToSocket {
  return (socket, request) => {
    let waiting = 0
    let last: Promise<void> = Promise.resolve()
    const send = (answer: object) => {
      if (socket.readyState !== socket.OPEN) return
      // Who sends and does not read is not remembered for without end.
      if (socket.bufferedAmount > deps.socketBufferBytesMax) {
        socket.close(closeCodes.tooSlow, 'read what you are answered')
        return
      }
      socket.send(JSON.stringify(answer))
    }
    const answerAfter = async (before: Promise<void>, data: RawData, isBinary: boolean) => {
      await before
      if (socket.readyState === socket.OPEN) send(await answer(data, isBinary, request, deps))
      waiting -= 1
    }
    socket.on('message', (data, isBinary) => {
      if (waiting >= waitingMax) {
        send(problemOf(tooManyWaiting(), request, deps))
        return
      }
      waiting += 1
      last = answerAfter(last, data, isBinary)
    })
  }
}

async function answer(
  data: RawData,
  isBinary: boolean,
  request: FastifyRequest,
  deps: FrameDeps,
): Promise<object> {
  let name: { messageId?: string } = {}
  try {
    const taken = await deps.requests.take(request.caller.organisationId)
    if (!taken.ok) throw deps.requests.refusal(taken)
    await requireKey(request)
    if (isBinary) throw new DomainError('invalid-json', 'A message is text, not binary.')
    const value = readJson(toBuffer(data), deps.jsonDepthMax)
    name = nameOf(value)
    const parsed = parseAcknowledgementFrame(value)
    if (!parsed.ok) throw invalidBody('invalid-acknowledgement', parsed.faults)
    const { reportId, ...said } = parsed.frame.acknowledge
    const { caller, id: requestId } = request
    const word = { caller, requestId, via: 'socket', reportId, said } as const
    const { acknowledgement, isNew, reporter: owner } = await acknowledge(word, deps)
    if (!isNew) {
      const fields = Object.keys(acknowledgement)
      const action = 'acknowledgement.answerRepeated'
      await deps.disclose(actorOf(request), [{ owner, objectId: reportId, action, fields }])
    }
    return { ...name, acknowledgement }
  } catch (error) {
    const refusal = toDomainError(error)
    if (refusal.status >= 500) request.log.error({ err: error }, 'feed.message-failed')
    await recordRefusal(refusal, request, deps)
    return { ...name, ...problemOf(refusal, request, deps) }
  }
}

// A socket is opened with a key that may read; to speak for the organisation takes more. Its messages
// are not signed, so a key that signs does not speak here.
async function requireKey(request: FastifyRequest): Promise<void> {
  const { scopes, signedBy } = request.caller
  if (!(await request.keyStillHolds())) throw unauthenticated('the key has ended or changed')
  if (!scopes.has(scope) && !scopes.has('admin')) {
    throw new DomainError(
      'forbidden',
      `This needs the scope ${scope}, which the key does not have.`,
    )
  }
  if (signedBy !== undefined) {
    throw new DomainError(
      'forbidden',
      'Messages on a socket are not signed: acknowledge with a signed POST.',
    )
  }
}

const scope = 'acknowledgements:write'

function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data)
  return Buffer.isBuffer(data) ? data : Buffer.from(data)
}

function nameOf(value: unknown): { messageId?: string } {
  if (typeof value !== 'object' || value === null || !('messageId' in value)) return {}
  const { messageId } = value
  if (typeof messageId !== 'string' || !/^[\x21-\x7e]{1,64}$/.test(messageId)) return {}
  return { messageId }
}

function problemOf(refusal: DomainError, { id }: FastifyRequest, { publicUrl }: FrameDeps) {
  const { retryAfterSeconds } = refusal.details
  const retry = retryAfterSeconds === undefined ? {} : { retryAfterSeconds }
  return { problem: { ...problemBody(refusal, id, publicUrl), ...retry } }
}

function tooManyWaiting(): DomainError {
  return new DomainError('limit-reached', {
    detail: `${waitingMax} messages wait for their answer; send the next when one has come.`,
    retryAfterSeconds: 1,
  })
}

const deniedStatuses = new Set([401, 403, 404])

async function recordRefusal(
  { slug, status }: DomainError,
  request: FastifyRequest,
  { recorder, clock }: FrameDeps,
): Promise<void> {
  if (!deniedStatuses.has(status)) return
  const denied: Access = {
    ...actorOf(request),
    at: clock.now(),
    action: 'access.denied',
    objectType: 'report',
    objectIds: [],
    objectOwner: null,
    detail: {
      attempted: 'acknowledgement.recorded',
      route: 'WebSocket /v1/feed',
      status,
      reason: slug,
    },
  }
  await recorder.record([denied]).catch((error: unknown) => {
    request.log.warn({ err: error }, 'audit.denial-not-recorded')
  })
}
