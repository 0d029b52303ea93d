// Pools of connections: one for all receivers, and one for each client certificate, so that no
// connection that was opened with a certificate serves whoever has another one, or none.

import { Agent, Pool } from 'undici'
import { certificateFacts, type ClientIdentity } from './client-certificate.ts'
import { createConnector, type ConnectorDeps } from './connector.ts'

export interface AgentOptions extends Omit<ConnectorDeps, 'identity'> {
  readonly connectionsPerOriginMax: number
  /** So many certificates have connections at a time; those of the longest unused one are closed. */
  readonly clientCertificatesMax: number
}

export type ChosenAgent =
  | { readonly agent: Agent }
  /** Why the certificate cannot be used. */
  | { readonly unusable: string }

export interface Agents {
  /** The pool for a receiver that is shown this certificate, or none. */
  agentFor(identity: ClientIdentity | null | undefined, atMs: number): ChosenAgent
  destroy(): Promise<void>
}

interface Entry {
  readonly agent: Agent
  readonly validUntilMs: number
}

const answerHeaderBytesMax = 16_384
const keepAliveMs = 30_000
const keepAliveMsMax = 60_000
const connectionLifeMs = 600_000

/** Makes the pools; each opens its connections when there is something to send. */
export function createAgents(options: AgentOptions): Agents {
  const common = createAgent(options)
  // In the order of their last use. The key is the chain: to it belongs one private key only.
  const entries = new Map<string, Entry>()

  const entryOf = (identity: ClientIdentity): Entry => {
    const known = entries.get(identity.chain)
    if (known) {
      entries.delete(identity.chain)
      entries.set(identity.chain, known)
      return known
    }
    const validUntilMs = certificateFacts(identity.chain).validUntil.getTime()
    const entry = { agent: createAgent(options, identity), validUntilMs }
    entries.set(identity.chain, entry)
    for (const [chain, oldest] of entries) {
      if (entries.size <= options.clientCertificatesMax) break
      entries.delete(chain)
      // What is under way on it ends first.
      void oldest.agent.close().catch(() => undefined)
    }
    return entry
  }

  return {
    agentFor(identity, atMs) {
      if (!identity) return { agent: common }
      try {
        const { agent, validUntilMs } = entryOf(identity)
        if (validUntilMs > atMs) return { agent }
        return { unusable: `expired on ${new Date(validUntilMs).toISOString()}` }
      } catch {
        return { unusable: 'it cannot be read' }
      }
    },
    async destroy() {
      const agents = [...entries.values()].map(({ agent }) => agent)
      entries.clear()
      await Promise.all([common, ...agents].map((agent) => agent.destroy()))
    },
  }
}

function createAgent(options: AgentOptions, identity?: ClientIdentity): Agent {
  const { guard, names, timeoutMs, caCertificates, connectionsPerOriginMax } = options
  return new Agent({
    connect: createConnector({
      guard,
      names,
      timeoutMs,
      caCertificates,
      ...(identity && { identity }),
    }),
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
