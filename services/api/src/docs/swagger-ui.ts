// The API to read and try at /docs: Swagger UI from its package, nothing from elsewhere.

import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'

/** Registers /docs. */
export async function swaggerUiRoutes(app: FastifyInstance): Promise<void> {
  const { openApi, publicUrl } = app.apiDocs
  // What is tried goes to where the page came from, whichever name the reader used for it.
  const document = { ...openApi, servers: [{ url: new URL(publicUrl).pathname }] }
  await app.register(swagger, { mode: 'static', specification: { document: document as never } })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: { ...policy },
    logo: null as never,
    theme: { title: 'Renkei API' },
    uiConfig: {
      layout: 'BaseLayout',
      docExpansion: 'list',
      defaultModelsExpandDepth: 0,
      displayRequestDuration: true,
      persistAuthorization: false,
    },
  })
}

// Swagger UI sets styles on its elements; it needs no script but its own files.
const policy = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
} as const
