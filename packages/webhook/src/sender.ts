// Sends signed webhooks. Whatever the receiver or the network does comes back as a value; only a
// mistake of ours (a malformed secret, an id that is no header value) is thrown.

import { validateHeaderValue } from 'node:http'
import { createAddressGuard, type AddressGuard } from './address-guard.ts'
import { type Agents, createAgents } from './agents.ts'
import { BoundedCache } from './bounded-cache.ts'
import type { ClientIdentity } from './client-certificate.ts'
import { exchange } from './exchange.ts'
import { createNames, resolveBySystem, type ResolveName } from './names.ts'
import { requestHeaders, type SignedBy } from './request-headers.ts'
import { noAnswer, resultOf, type SendResult } from './send-result.ts'
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
  /** How many client certificates have open connections at a time; 256 when left out. */
  readonly clientCertificatesMax?: number
  /** How host names are resolved; by the system when left out. */
  readonly resolve?: ResolveName
}

export interface OutgoingWebhook extends SignedBy {
  readonly url: string
  /** The webhook-id: the same on every attempt, so that a receiver can tell a repeat. */
  readonly id: string
  readonly body: string | Buffer
  /** The time of this attempt. */
  readonly timestampSeconds: number
  readonly traceparent?: string | null
  /** What the receiver is shown when it asks who we are (mutual TLS). */
  readonly clientIdentity?: ClientIdentity | null
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

const targetsMax = 10_000
const closeWaitMsMax = 5_000
const clientCertificatesMax = 256

/**
 * Makes a sender with its own connections. It honours no proxy variables of the environment and
 * follows no redirects. Throws on an option out of range or an exception that is no CIDR range.
 */
export function createSender(options: SenderOptions): Sender {
  const guard = createAddressGuard(options.allowedCidrs)
  const agents = openAgents(options, guard)
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
    const { origin, path } = target
    const { timeoutMs = options.timeoutMs } = message
    checkWhole('timeoutMs', timeoutMs, 1)
    const sent = { ...message, body, targetUri: origin + path, userAgent: options.userAgent }
    const headers = await requestHeaders(sent, message)
    const chosen = agents.agentFor(message.clientIdentity, message.timestampSeconds * 1_000)
    if ('unusable' in chosen) return noAnswer('client-certificate', chosen.unusable)
    return exchange(
      chosen.agent,
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
        .then(() => agents.destroy())
      return closing
    },
  }
}

function openAgents(options: SenderOptions, guard: AddressGuard): Agents {
  const { connectionsPerOriginMax, timeoutMs, responseBytesMax, userAgent } = options
  const certificatesMax = options.clientCertificatesMax ?? clientCertificatesMax
  checkWhole('connectionsPerOriginMax', connectionsPerOriginMax, 1)
  checkWhole('clientCertificatesMax', certificatesMax, 1)
  checkWhole('timeoutMs', timeoutMs, 1)
  checkWhole('responseBytesMax', responseBytesMax, 0)
  validateHeaderValue('user-agent', userAgent)
  const resolve = options.resolve ?? resolveBySystem
  const names = createNames({ resolve, nowMs: () => performance.now() })
  return createAgents({
    guard,
    names,
    timeoutMs,
    caCertificates: options.caCertificates ?? [],
    connectionsPerOriginMax,
    clientCertificatesMax: certificatesMax,
  })
}

function checkWhole(name: string, value: number, min: number): void {
  // Node's timers and undici's limits are 32 bits wide.
  if (Number.isInteger(value) && value >= min && value < 2 ** 31) return
  throw new RangeError(`${name} is a whole number from ${min}, not ${value}`)
}
