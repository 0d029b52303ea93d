// The two documents as a test reads them: their parts by pointer, and checks against their schemas.

import Ajv from 'ajv/dist/2020.js'
import type { ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import { type Json as MapJson, mapSchema } from '../src/docs/map-schema.ts'

export type Json = Record<string, unknown>

/** The part of a document that a local reference names; undefined when there is none. */
export function partAt(document: unknown, reference: string): unknown {
  return reference
    .slice('#/'.length)
    .split('/')
    .map((name) => decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((part: unknown, name) => (part as Json | undefined)?.[name], document)
}

/** Every `$ref` of a document, at any depth. */
export function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  const own = (value as Json)['$ref']
  return [...(typeof own === 'string' ? [own] : []), ...Object.values(value).flatMap(referencesIn)]
}

/** Every operation of an OpenAPI document with its method and path. */
export function operationsOf(document: Json) {
  return Object.entries(document['paths'] as Record<string, Record<string, Json>>).flatMap(
    ([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        operation,
      })),
  )
}

/**
 * Compiles the schema at a pointer of a document, whose references stay within the document. Where
 * the document describes an object itself (outside its components) it must name every member.
 */
export function schemaAt(document: Json, pointer: string): ValidateFunction {
  const ajv = new Ajv.Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema({ $id: 'https://document.test/', components: document['components'] })
  const schema = partAt(document, pointer) as MapJson
  const isComponent = pointer.startsWith('#/components/')
  const inner = isComponent ? schema : mapSchema(schema, closed)
  return ajv.compile({ $id: 'https://document.test/part', ...(absolute(inner) as Json) })
}

function closed(schema: MapJson): MapJson {
  const isOpen = 'properties' in schema && !('additionalProperties' in schema)
  return isOpen ? { ...schema, additionalProperties: false } : schema
}

function absolute(schema: unknown): unknown {
  return mapSchema(schema, (part) =>
    '$ref' in part ? { ...part, $ref: `https://document.test/${String(part['$ref'])}` } : part,
  )
}
