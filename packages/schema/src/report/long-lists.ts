// Lists that are longer than their schema allows, found without the schema validator: value and schema
// are walked together, along `properties`, `items` and `$ref`, and no list is entered that is too long.

import type { ValidateFunction } from 'ajv'
import { type Fault, faultsMax, pointerStep } from './fault.ts'
import { schemas } from './schemas.ts'

interface Schema {
  readonly $ref?: string
  readonly maxItems?: number
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly [keyword: string]: unknown
}

interface Described {
  readonly schema: Schema
  /** The document in which its `$ref`s are read. */
  readonly documentId: string
}

/** Faults `tooMany`, `faultsMax` at most, of the lists in a value. */
export function longListFaults(value: unknown, validate: ValidateFunction): Fault[] {
  const faults: Fault[] = []
  const documentId = validate.schemaEnv.baseId || validate.schemaEnv.root.baseId
  walk(value, { schema: validate.schema as Schema, documentId }, '', faults)
  return faults
}

function walk(value: unknown, described: Described, pointer: string, faults: Fault[]): void {
  if (value === null || typeof value !== 'object' || faults.length >= faultsMax) return
  const { schema, documentId } = described
  if (schema.$ref !== undefined) walk(value, target(schema.$ref, documentId), pointer, faults)
  if (Array.isArray(value)) {
    if (value.length > (schema.maxItems ?? Infinity)) faults.push(tooMany(pointer, schema.maxItems))
    else if (schema.items) {
      const items = { schema: schema.items, documentId }
      value.forEach((item, index) => walk(item, items, `${pointer}/${index}`, faults))
    }
    return
  }
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    if (!Object.hasOwn(value, name)) continue
    const inner: unknown = (value as Record<string, unknown>)[name]
    walk(inner, { schema: member, documentId }, pointer + pointerStep(name), faults)
  }
}

function tooMany(pointer: string, max: number | undefined): Fault {
  return {
    pointer,
    rule: 'tooMany',
    detail: `${pointer === '' ? 'The document' : pointer} has too many entries.`,
    expected: `at most ${max}`,
  }
}

const documents = new Map<string, Schema>(
  Object.values(schemas).map((schema) => [schema.$id, schema as unknown as Schema]),
)
const targets = new Map<string, Described>()

function target(ref: string, documentId: string): Described {
  const address = new URL(ref, documentId).href
  const known = targets.get(address)
  if (known) return known
  const [id = '', path = ''] = address.split('#', 2)
  let schema: unknown = documents.get(id)
  for (const step of path.split('/').slice(1)) schema = (schema as Schema)[step]
  if (schema === undefined) throw new Error(`No schema has the address ${address}`)
  const found = { schema: schema as Schema, documentId: id }
  targets.set(address, found)
  return found
}
