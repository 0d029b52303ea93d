// Parts of route documentation that several routes share. The same objects check parameters and
// make the OpenAPI document.

import { schemaBaseUrl } from '@renkei/schema'

/** A reference to a published schema, or to a definition in it. */
export function published(name: string, definition?: string): { $ref: string } {
  return { $ref: `${schemaBaseUrl}${name}.schema.json#${definition ? `/$defs/${definition}` : ''}` }
}

const uuidPattern = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'

export const uuidSchema = { type: 'string', pattern: uuidPattern } as const

export const revisionSchema = { type: 'integer', minimum: 1, maximum: 2_147_483_647 } as const

/** Path parameters of an object that is named by a UUID. */
export function pathOf<Name extends string>(...names: Name[]) {
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, uuidSchema])),
    required: names,
  } as const
}

/** Query parameters; a name that is not listed is refused. */
export function queryOf(properties: Record<string, object>, required: string[] = []) {
  return { type: 'object', properties, required, additionalProperties: false } as const
}

/** How many items a page has. */
export function limitSchema(fallback: number, maximum: number) {
  return {
    type: 'integer',
    minimum: 1,
    maximum,
    default: fallback,
    description: 'How many items at most.',
  } as const
}

export const problemResponse = {
  description: 'Problem details (RFC 9457): `code` names the kind, `errors` every fault.',
  content: { 'application/problem+json': { schema: published('problem') } },
} as const

/** A JSON answer with a description. */
export function answer(description: string, schema: object) {
  return { description, content: { 'application/json': { schema } } }
}

/** A page of items with the cursor of the next one. */
export function pageOf(items: object, next: string) {
  return {
    type: 'object',
    required: ['items'],
    properties: {
      items: { type: 'array', items },
      next: { type: 'string', description: next },
    },
  }
}

export const idempotencyHeader = {
  'idempotency-key': {
    type: 'string',
    description:
      'Structured-field string (in quotes), up to 255 characters. A repeat with the same key and body gets the first answer for seven days; with another body it gets 409.',
  },
  traceparent: {
    type: 'string',
    description:
      'W3C Trace Context; stays with the operator, whose log names it with the trace that the event gets.',
  },
} as const
