// How much of its time and memory one connection may take, before there is any request to look at.

import type { Server } from 'node:http'

export interface HttpLimits {
  readonly headerBytesMax: number
  readonly headersMax: number
  readonly urlBytesMax: number
  readonly queryParametersMax: number
  readonly headersTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly keepAliveMs: number
  readonly requestsPerConnectionMax: number
  readonly connectionsMax: number
}

/** The limits as options of Fastify. */
export function fastifyLimits(limits: HttpLimits) {
  return {
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveMs,
    maxRequestsPerSocket: limits.requestsPerConnectionMax,
  }
}

const lookMsMax = 5000

/** The limits as options of Node's server. */
export function nodeLimits(limits: HttpLimits) {
  const headersTimeout = Math.min(limits.headersTimeoutMs, limits.requestTimeoutMs)
  return {
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout,
    requestTimeout: limits.requestTimeoutMs,
    // How often Node looks for requests that are too slow.
    connectionsCheckingInterval: Math.min(headersTimeout, lookMsMax),
  }
}

/** Sets what Node takes only afterwards; `onDrop` hears of each connection beyond the limit. */
export function limitConnections(server: Server, limits: HttpLimits, onDrop: () => void): void {
  server.maxConnections = limits.connectionsMax
  // Beyond its own limit Node leaves headers out without a word; one more is enough to notice.
  server.maxHeadersCount = limits.headersMax + 1
  server.on('drop', onDrop)
}
