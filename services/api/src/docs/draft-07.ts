// AsyncAPI's own schema format is JSON Schema draft-07. Two things of 2020-12 in the contract read
// differently there: what stands beside a `$ref` is ignored, and `dependentRequired` is unknown.

import { type Json, mapSchema } from './map-schema.ts'

/** The same schema in words that draft-07 has. */
export function toDraft07(schema: Json): Json {
  return mapSchema(schema, withDraft07Words) as Json
}

function withDraft07Words({ $ref, dependentRequired, ...rest }: Json): Json {
  const schema =
    dependentRequired === undefined ? rest : { ...rest, dependencies: dependentRequired }
  if ($ref === undefined) return schema
  if (Object.keys(schema).length === 0) return { $ref }
  const allOf = (schema['allOf'] ?? []) as readonly Json[]
  return { ...schema, allOf: [{ $ref }, ...allOf] }
}
