// Sends signed webhooks. Whatever the receiver or the network does comes back as a value; only a
// mistake of ours (a malformed secret, an id that is no header value) is thrown.

import { validateHeaderValue } from 'node:http'
import { Agent, Pool } from 'undici'
import { createAddressGuard, type AddressGuard } from './address-guard.ts'
import { BoundedCache } from './bounded-cache.ts'
import { createConnector } from './connector.ts'
import { exchange } from './exchange.ts'
import { createNames, resolveBySystem, type ResolveName } from './names.ts'
import { noAnswer, resultOf, type SendResult } from './send-result.ts'
import { signWebhook } from './sign.ts'
import { readTarget, type RefusedTarget, type Target } from './target-url.ts'
import { createUnderWay } from './under-way.ts'

export interface SenderOptions {
  /** The operator's exceptions to the address guard, such as a private peering network. */
  readonly allowedCidrs: readonly string[]
  readonly connectionsPerOriginMax: number
  /** From the call of `send` to the end of the answer, waiting for a connection included. */
  readonly timeoutMs: number
  /** What is kept of an answer's body; a longer one is cut off, and its connection closed. */
  readonly responseBytesMax: number
  readonly userAgent: string
  /** PEM certificates of private authorities, trusted besides those that Node trusts. */
  readonly caCertificates?: readonly string[]
  /** How host names are resolved; by the system when left out. */
  readonly resolve?: ResolveName
}

export interface OutgoingWebhook {
  readonly url: string
  readonly secret: string
  /** The webhook-id: the same on every attempt, so that a receiver can tell a repeat. */
  readonly id: string
  readonly body: string | Buffer
  /** The time of this attempt. */
  readonly timestampSeconds: number
  readonly traceparent?: string | null
  /** In place of the sender's own limit. */
  readonly timeoutMs?: number
}

export interface Sender {
  /**
   * Sends one webhook and resolves to what came of it, within its time limit. Rejects only when
   * the message itself is malformed: its secret, id, timestamp, traceparent or time limit.
   */
  send(message: OutgoingWebhook): Promise<SendResult>
  /** Tells whether a URL may ever be sent to; a host name is judged again at each connection. */
  checkTarget(url: string): { readonly ok: true } | RefusedTarget
  /**
   * Lets what is under way end, for at most 5 seconds and at most the sender's time limit, then
   * closes all connections. What is still under way then, and what is sent later, is to be retried.
   */
  close(): Promise<void>
}

const contentType = 'application/cloudevents+json; charset=utf-8'
const targetsMax = 10_000
const closeWaitMsMax = 5_000
const answerHeaderBytesMax = 16_384
const keepAliveMs = 30_000
const keepAliveMsMax = 60_000
const connectionLifeMs = 600_000

/**
 * Makes a sender with its own connections. It honours no proxy variables of the environment and
 * follows no redirects. Throws on an option out of range or an exception that is no CIDR range.
 */
export function createSender(options: SenderOptions): Sender {
  const guard = createAddressGuard(options.allowedCidrs)
  const agent = createAgent(options, guard)
  const targets = new BoundedCache<Target>(targetsMax)
  const underWay = createUnderWay()
  let closing: Promise<void> | undefined

  const targetOf = (url: string) => {
    const known = targets.get(url)
    if (known) return known
    const target = readTarget(url, guard)
    if (target.ok) targets.set(url, target)
    return target
  }
  const answerTo = async (message: OutgoingWebhook) => {
    const target = targetOf(message.url)
    if (!target.ok) return noAnswer('target-refused', target.detail)
    if (closing) return noAnswer('sender-closed', '')
    const body = typeof message.body === 'string' ? Buffer.from(message.body) : message.body
    const headers = headersOf(message, body, options.userAgent)
    const { origin, path } = target
    const { timeoutMs = options.timeoutMs } = message
    checkWhole('timeoutMs', timeoutMs, 1)
    return exchange(
      agent,
      { origin, path, method: 'POST', headers, body },
      { timeoutMs, responseBytesMax: options.responseBytesMax },
    )
  }

  return {
    async send(message) {
      const startedMs = performance.now()
      underWay.begin()
      try {
        const answer = await answerTo(message)
        return resultOf(answer, message.timestampSeconds * 1_000, performance.now() - startedMs)
      } finally {
        underWay.end()
      }
    },
    checkTarget(url) {
      const target = targetOf(url)
      return target.ok ? { ok: true } : target
    },
    close() {
      closing ??= underWay
        .idle(Math.min(closeWaitMsMax, options.timeoutMs))
        .then(() => agent.destroy())
      return closing
    },
  }
}

function createAgent(options: SenderOptions, guard: AddressGuard): Agent {
  const { connectionsPerOriginMax, timeoutMs, responseBytesMax, userAgent } = options
  checkWhole('connectionsPerOriginMax', connectionsPerOriginMax, 1)
  checkWhole('timeoutMs', timeoutMs, 1)
  checkWhole('responseBytesMax', responseBytesMax, 0)
  validateHeaderValue('user-agent', userAgent)
  const resolve = options.resolve ?? resolveBySystem
  const names = createNames({ resolve, nowMs: () => performance.now() })
  const { caCertificates = [] } = options
  return new Agent({
    connect: createConnector({ guard, names, timeoutMs, caCertificates }),
    factory: (origin, poolOptions) => new Pool(origin, poolOptions),
    connections: connectionsPerOriginMax,
    pipelining: 1,
    allowH2: false,
    maxHeaderSize: answerHeaderBytesMax,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMsMax,
    // A connection in constant use ends too, so that its name is asked for again.
    clientTtl: connectionLifeMs,
    // One deadline of our own holds over all phases.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
}

function headersOf(message: OutgoingWebhook, body: Buffer, userAgent: string): string[] {
  const { id, timestampSeconds, traceparent } = message
  const headers = [
    'content-type',
    contentType,
    'user-agent',
    userAgent,
    'webhook-id',
    id,
    'webhook-timestamp',
    String(timestampSeconds),
    'webhook-signature',
    signWebhook(message.secret, { id, timestampSeconds, body }),
  ]
  if (traceparent) headers.push('traceparent', traceparent)
  return headers
}

function checkWhole(name: string, value: number, min: number): void {
  // Node's timers and undici's limits are 32 bits wide.
  if (Number.isInteger(value) && value >= min && value < 2 ** 31) return
  throw new RangeError(`${name} is a whole number from ${min}, not ${value}`)
}
