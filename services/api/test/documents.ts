// The two documents as a test reads them: their parts by pointer, and checks against their schemas.

import Ajv from 'ajv/dist/2020.js'
import type { ValidateFunction } from 'ajv'
import formats from 'ajv-formats'

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

/** Compiles the schema at a pointer of a document, whose references stay within the document. */
export function schemaAt(document: Json, pointer: string): ValidateFunction {
  const ajv = new Ajv.Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  // An unknown keyword may hold anything: the document becomes a schema of which only parts are used.
  ajv.addSchema({ $id: 'https://document.test/', components: document['components'], document })
  return ajv.compile({ $ref: `https://document.test/#/document${pointer.slice(1)}` })
}
