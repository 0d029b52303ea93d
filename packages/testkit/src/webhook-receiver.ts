// A real HTTP server that stands for the webhook endpoints of subscribers: as many virtual
// endpoints as paths, each with a script of replies, every request kept for the test to look at.

import { createServer } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OK, play } from './replies.ts'
import type { Reply } from './replies.ts'

export type ReceivedRequest = {
  method: string
  path: string
  headers: IncomingHttpHeaders
  /** The bytes as they came, for signatures. */
  body: Buffer
  receivedAt: Date
  /** On the clock of `performance.now()`, for durations. */
  receivedAtMs: number
  /** What it was answered with; absent for a challenge that was answered by itself. */
  reply?: Reply
}

export type VerificationMode = 'answer' | 'lie' | 'as_scripted'

export type ReceiverOptions = {
  /** What it does with the challenge of a new subscription; the right thing unless told. */
  verification?: VerificationMode
  /** The reply to requests that no script covers; 204 unless told. */
  reply?: Reply
  /** Gets every delivery at once; then none is kept in `requests`. */
  onDelivery?: (request: ReceivedRequest) => void
}

export type Receiver = {
  port: number
  url(path: string): string
  /** Deliveries in order of arrival; challenges are kept apart. */
  requests: readonly ReceivedRequest[]
  verifications: readonly ReceivedRequest[]
  at(path: string): ReceivedRequest[]
  /** The next requests to this path get these replies, one each, before its lasting one. */
  script(path: string, ...replies: Reply[]): void
  /** The lasting reply of this path, once its script is used up. */
  always(path: string, reply: Reply): void
  /** Resolves when there are so many deliveries, or when the predicate holds for them. */
  waitFor(
    wanted: number | ((requests: readonly ReceivedRequest[]) => boolean),
    timeoutMs?: number,
  ): Promise<readonly ReceivedRequest[]>
  openConnections(): Promise<number>
  close(): Promise<void>
}

const VERIFICATION_TYPE = 'jp.renkei.subscription.verification.v1'

/** A receiver on a free port of 127.0.0.1. Close it when done; it drops what still hangs. */
export async function startReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const requests: ReceivedRequest[] = []
  const verifications: ReceivedRequest[] = []
  const waiting = new Set<() => void>()
  const replies = scriptedReplies(options.reply ?? OK)
  const mode = options.verification ?? 'answer'

  const server = createServer((request, response) => {
    void receive(request).then((received) => {
      const challenge = challengeOf(received)
      const verifies = challenge !== undefined && mode !== 'as_scripted'
      const reply = verifies ? undefined : replies.next(received.path)
      if (reply) received.reply = reply
      if (challenge !== undefined) verifications.push(received)
      else if (options.onDelivery) options.onDelivery(received)
      else requests.push(received)
      for (const check of waiting) check()
      return reply ? play(reply, request, response) : verify(response, challenge ?? '', mode)
    }, ignoreBroken)
  })
  server.keepAliveTimeout = 60_000
  const port = await listen(server)

  return {
    port,
    url: (path) => `http://127.0.0.1:${port}${path}`,
    requests,
    verifications,
    at: (path) => requests.filter((request) => request.path === path),
    script: replies.script,
    always: replies.always,
    waitFor: async (wanted, timeoutMs = 10_000) => {
      const holds =
        typeof wanted === 'number' ? () => requests.length >= wanted : () => wanted(requests)
      await untilCheck(waiting, holds, timeoutMs, () => `${requests.length} deliveries`)
      return requests
    },
    openConnections: async () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
      }),
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

type Scripts = {
  next(path: string): Reply
  script(this: void, path: string, ...replies: Reply[]): void
  always(this: void, path: string, reply: Reply): void
}

function scriptedReplies(fallback: Reply): Scripts {
  const scripts = new Map<string, Reply[]>()
  const lasting = new Map<string, Reply>()
  return {
    next: (path) => scripts.get(path)?.shift() ?? lasting.get(path) ?? fallback,
    script: (path, ...replies) =>
      void scripts.set(path, [...(scripts.get(path) ?? []), ...replies]),
    always: (path, reply) => void lasting.set(path, reply),
  }
}

async function receive(request: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    body: Buffer.concat(chunks),
    receivedAt: new Date(),
    receivedAtMs: performance.now(),
  }
}

// The sender gave up in the middle of its request: nothing was received.
function ignoreBroken(): void {}

function challengeOf({ method, body }: ReceivedRequest): string | undefined {
  if (method !== 'POST' || !body.includes(VERIFICATION_TYPE)) return undefined
  try {
    const event = JSON.parse(body.toString('utf8')) as {
      type?: unknown
      data?: { challenge?: unknown }
    }
    const challenge = event.type === VERIFICATION_TYPE ? event.data?.challenge : undefined
    return typeof challenge === 'string' ? challenge : undefined
  } catch {
    return undefined
  }
}

function verify(response: ServerResponse, challenge: string, mode: VerificationMode): void {
  const said = mode === 'answer' ? challenge : `not-${challenge}`
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ challenge: said }))
}

async function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

async function untilCheck(
  waiting: Set<() => void>,
  holds: () => boolean,
  timeoutMs: number,
  seen: () => string,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      waiting.delete(check)
      reject(new Error(`Waited ${timeoutMs} ms in vain; the receiver saw ${seen()}`))
    }, timeoutMs)
    const check = (): void => {
      if (!holds()) return
      clearTimeout(timer)
      waiting.delete(check)
      resolve()
    }
    waiting.add(check)
    check()
  })
}
