// What explains the API to people and machines.

import type { FastifyInstance } from 'fastify'

/** Registers the pages and files that need no key. */
export function docsRoutes(_app: FastifyInstance, _options: object, done: () => void): void {
  done()
}
