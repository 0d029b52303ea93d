// /livez, /readyz and /metrics of the notifier, which has no other HTTP side.

import { fastify } from 'fastify'
import type { Registry } from 'prom-client'

export interface HealthDeps {
  readonly host: string
  readonly port: number
  readonly registry: Registry
  readonly ready: () => boolean
}

/** Starts the server; resolves to where it listens. */
export async function startHealthServer(
  deps: HealthDeps,
): Promise<{ url: string; close(): Promise<void> }> {
  const app = fastify({ forceCloseConnections: true })
  app.get('/livez', () => ({ status: 'alive' }))
  app.get('/readyz', (_, reply) => {
    const ready = deps.ready()
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'notReady' })
  })
  app.get('/metrics', async (_, reply) =>
    reply.type(deps.registry.contentType).send(await deps.registry.metrics()),
  )
  const url = await app.listen({ host: deps.host, port: deps.port })
  return { url, close: () => app.close() }
}
