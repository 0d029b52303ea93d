// Where a JSON Schema may hold further schemas. Whoever changes a schema document goes through here,
// so that examples, constants and fields that happen to be named like a keyword stay as they are.

export type Json = Readonly<Record<string, unknown>>

const namedSchemas = new Set(['properties', '$defs', 'patternProperties', 'dependentSchemas'])
const listedSchemas = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems'])
const singleSchemas = new Set([
  'items',
  'additionalProperties',
  'not',
  'if',
  'then',
  'else',
  'contains',
  'propertyNames',
  'unevaluatedItems',
  'unevaluatedProperties',
])

/** Gives a copy of a schema in which every subschema, innermost first, and then itself is changed. */
export function mapSchema(schema: unknown, change: (schema: Json) => Json): unknown {
  if (!isJson(schema)) return schema
  const copy: Record<string, unknown> = {}
  for (const [keyword, value] of Object.entries(schema)) {
    if (namedSchemas.has(keyword)) copy[keyword] = mapNamed(value, change)
    else if (listedSchemas.has(keyword)) {
      copy[keyword] = (value as unknown[]).map((part) => mapSchema(part, change))
    } else copy[keyword] = singleSchemas.has(keyword) ? mapSchema(value, change) : value
  }
  return change(copy)
}

/** Tells a JSON object from any other value. */
export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function mapNamed(schemas: unknown, change: (schema: Json) => Json): Json {
  const entries = Object.entries(schemas as Json)
  return Object.fromEntries(entries.map(([name, part]) => [name, mapSchema(part, change)]))
}
