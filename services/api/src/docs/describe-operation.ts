// One route as an OpenAPI operation. The route's own schema objects are the source: what they check
// is what the document says.

import { localSchema } from './components.ts'
import type { Json } from './map-schema.ts'
import { securityOf } from './security-schemes.ts'

export interface RouteToDescribe {
  readonly method: string
  readonly url: string
  readonly schema: RouteSchema
  /** The scope that a key needs; absent on public routes. */
  readonly scope: string | undefined
  /** Every request to it is signed, whatever the key asks for. */
  readonly signed?: boolean
}

export interface RouteSchema {
  readonly hide?: boolean
  readonly operationId?: string
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly params?: unknown
  readonly querystring?: unknown
  readonly headers?: unknown
  readonly body?: unknown
  readonly response?: unknown
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, Json>>
  readonly required?: readonly string[]
}

interface ResponseDocs {
  readonly description?: string
  readonly headers?: Json
  readonly content?: Readonly<Record<string, { readonly schema: Json }>>
}

interface RequestDocs {
  readonly content?: Readonly<Record<string, { readonly schema: Json }>>
}

const problemReference = { $ref: '#/components/responses/Problem' }

/** The operation of a route; throws for a route that says neither what it is nor that it is hidden. */
export function describeOperation(route: RouteToDescribe): Json {
  const { method, url, schema, scope, signed = false } = route
  const { operationId, summary, description, tags } = schema
  if (!operationId || !summary) {
    throw new Error(`${method} ${url} needs an operationId and a summary, or schema.hide`)
  }
  const parameters = [
    ...parametersOf(schema.params, 'path'),
    ...parametersOf(schema.querystring, 'query'),
    ...parametersOf(schema.headers, 'header'),
  ]
  return {
    operationId,
    summary,
    ...(description && { description }),
    ...(tags && { tags }),
    ...(parameters.length > 0 && { parameters }),
    ...(schema.body !== undefined && {
      requestBody: {
        required: true,
        content: contentOf(schema.body as Json),
      },
    }),
    responses: responsesOf((schema.response ?? {}) as Record<string, ResponseDocs>),
    ...(scope && { security: securityOf(scope, { signed }) }),
  }
}

// A body of several media types is described as Fastify takes it: a schema for each.
function contentOf(body: Json): Json {
  const { content = { 'application/json': { schema: body } } } = body as RequestDocs
  const described = Object.entries(content).map(([mediaType, { schema }]) => [
    mediaType,
    { schema: localSchema(schema) },
  ])
  return Object.fromEntries(described)
}

/** The path of a route in OpenAPI's spelling: `/v1/reports/{reportId}`. */
export function describePath(url: string): string {
  if (url.includes('*')) throw new Error(`${url} cannot be described; hide it`)
  return url.replace(/:([A-Za-z]+)/g, '{$1}')
}

function parametersOf(schema: unknown, where: 'path' | 'query' | 'header'): Json[] {
  const { properties = {}, required = [] } = (schema ?? {}) as ObjectSchema
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: where,
    ...(description !== undefined && { description }),
    ...((where === 'path' || required.includes(name)) && { required: true }),
    schema: localSchema(rest),
  }))
}

function responsesOf(responses: Record<string, ResponseDocs>): Json {
  const described = Object.entries(responses).map(([status, docs]) => [
    status,
    describeResponse(docs),
  ])
  return { ...Object.fromEntries(described), default: problemReference }
}

function describeResponse({ description = '', headers, content }: ResponseDocs): Json {
  if (content && 'application/problem+json' in content) return problemReference
  const described = Object.entries(content ?? {}).map(([mediaType, { schema }]) => [
    mediaType,
    { schema: localSchema(schema) },
  ])
  return {
    description,
    ...(headers && { headers }),
    ...(described.length > 0 && { content: Object.fromEntries(described) }),
  }
}
