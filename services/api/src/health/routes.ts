// Whether the process lives, whether it can take reports, and its metrics. Public: they name no data.

import { type Db, readFeedHead } from '@renkei/db'
import type { FastifyInstance } from 'fastify'
import type { ApiMetrics } from './metrics.ts'

export interface HealthDeps {
  readonly db: Db
  readonly metrics: Pick<ApiMetrics, 'registry'>
  readonly bellState: () => 'up' | 'down'
  readonly readyTimeoutMs: number
}

export function healthRoutes(app: FastifyInstance, deps: HealthDeps, done: () => void): void {
  const hide = { schema: { hide: true } as object }
  app.get('/livez', hide, () => ({ status: 'alive' }))
  app.get('/readyz', hide, async (_, reply) => {
    const database = await reachable(deps)
    // A silent bell delays deliveries to the next sweep; reports are taken all the same.
    const body = { status: database ? 'ready' : 'notReady', database, bell: deps.bellState() }
    return reply.code(database ? 200 : 503).send(body)
  })
  app.get('/metrics', hide, async (_, reply) =>
    reply
      .type(deps.metrics.registry.contentType)
      .serializer(String)
      .send(await deps.metrics.registry.metrics()),
  )
  done()
}

async function reachable({ db, readyTimeoutMs }: HealthDeps): Promise<boolean> {
  const timeout = new Promise<false>((resolve) => {
    setTimeout(() => resolve(false), readyTimeoutMs).unref()
  })
  const read = readFeedHead(db).then(
    () => true,
    () => false,
  )
  return Promise.race([read, timeout])
}
