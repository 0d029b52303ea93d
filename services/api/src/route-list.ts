// Every route of the app, as it was registered: for those who must not leave one out.

import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

export interface ListedRoute {
  readonly method: string
  /** With its parameters: `/v1/reports/:reportId`. */
  readonly url: string
  /** The scope that it needs; nothing for what any key, or nobody, may call without one. */
  readonly scope: string | undefined
}

declare module 'fastify' {
  interface FastifyInstance {
    routeList: readonly ListedRoute[]
  }
}

/** Lists every route that is registered after it. */
export const routeList = fp((app: FastifyInstance, _: object, done: () => void) => {
  const routes: ListedRoute[] = []
  app.decorate('routeList', routes)
  app.addHook('onRoute', ({ method, url, config }) => {
    for (const name of [method].flat()) routes.push({ method: name, url, scope: config?.scope })
  })
  done()
})
