// The two machine-readable documents of the API: /openapi.json from the routes as they are
// registered, /asyncapi.json from the feed and the event catalogue. @fastify/swagger does not make
// the first: it resolves `$ref` within Fastify's own store only, turns `$defs` into `definitions`,
// and drops `examples`, so the contract would come out changed. A short walk over the routes does.

import type { FastifyInstance, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { apiDescription, contractVersion, license, tags } from './api-info.ts'
import { asyncApiDocument } from './async-api.ts'
import { componentSchemas } from './components.ts'
import { describeOperation, describePath, type RouteSchema } from './describe-operation.ts'
import { eventCatalogue } from './event-catalogue.ts'
import type { Json } from './map-schema.ts'
import { answer } from './parts.ts'
import { problemResponses } from './problem-response.ts'
import { type PublishedFile, publishedJson, sendPublished } from './published-file.ts'
import { securitySchemes } from './security-schemes.ts'
import { describeWebhooks } from './webhooks.ts'

declare module 'fastify' {
  interface FastifyInstance {
    apiDocs: {
      readonly publicUrl: string
      /** The OpenAPI document of all routes; complete when the app is ready. */
      readonly openApi: Json
    }
  }
}

/** Describes every route that is registered after it; registering fails when one is not described. */
export const openApiPlugin = fp(
  (app: FastifyInstance, { publicUrl }: { publicUrl: string }, done: () => void) => {
    const described: Paths = new Map()
    const paths: Record<string, Json> = {}
    const document = documentOf(publicUrl, paths)
    app.decorate('apiDocs', { publicUrl, openApi: document })
    app.addHook('onRoute', (route) => addRoute(described, route))
    app.addHook('onReady', (ready) => {
      Object.assign(paths, inOrder(described))
      ready()
    })
    // Made when it is first asked for: by then every route is there.
    let openApi: PublishedFile | undefined
    app.get('/openapi.json', { schema: openApiDocs }, (request, reply) =>
      sendPublished(request, reply, (openApi ??= publishedJson(document))),
    )
    const asyncApi = publishedJson(asyncApiDocument(publicUrl))
    app.get('/asyncapi.json', { schema: asyncApiDocs }, (request, reply) =>
      sendPublished(request, reply, asyncApi),
    )
    done()
  },
)

type Paths = Map<string, Map<string, Json>>

function addRoute(paths: Paths, route: RouteOptions): void {
  const schema = (route.schema ?? {}) as RouteSchema
  if (schema.hide) return
  const { scope, bringsSigningKey: signed = false } = route.config ?? {}
  const path = describePath(route.url)
  const operations = paths.get(path) ?? new Map<string, Json>()
  paths.set(path, operations)
  for (const method of [route.method].flat()) {
    // Fastify answers HEAD for every GET by itself.
    if (method === 'HEAD') continue
    operations.set(
      method.toLowerCase(),
      describeOperation({ method, url: route.url, schema, scope, signed }),
    )
  }
}

// Plugins load in an order that differs from start to start; the document does not.
function inOrder(paths: Paths): Json {
  const byName = <Value>([a]: [string, Value], [b]: [string, Value]) => (a < b ? -1 : 1)
  return Object.fromEntries(
    [...paths]
      .sort(byName)
      .map(([path, operations]) => [path, Object.fromEntries([...operations].sort(byName))]),
  )
}

function documentOf(publicUrl: string, paths: Json): Json {
  const events = eventCatalogue().map(({ name, title, titleJa, description, schema, example }) => [
    name,
    { title, 'x-title-ja': titleJa, description, ...schema, examples: [example] },
  ])
  return {
    openapi: '3.1.1',
    info: {
      title: 'Renkei API',
      summary: 'Faults, congestion and restrictions between telecom carriers',
      description: apiDescription,
      version: contractVersion,
      license,
    },
    servers: [{ url: publicUrl }],
    tags,
    paths,
    webhooks: describeWebhooks(),
    components: {
      schemas: { ...componentSchemas(), ...Object.fromEntries(events) },
      responses: problemResponses(publicUrl),
      securitySchemes,
    },
  }
}

const openApiDocs = {
  operationId: 'readOpenApi',
  summary: 'This document',
  tags: ['contract'],
  response: { 200: answer('OpenAPI 3.1.', { type: 'object' }) },
}

const asyncApiDocs = {
  operationId: 'readAsyncApi',
  summary: 'The feed and the events as an AsyncAPI document',
  tags: ['contract'],
  response: { 200: answer('AsyncAPI 3.0.', { type: 'object' }) },
}
