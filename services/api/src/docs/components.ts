// The published schemas as components of one document: every $defs entry becomes a component of its
// own (Impact, Area, Kind …), because most tools follow only references inside their document. The
// parts of what receivers see are named after those of the report: Impact, and ImpactView; a code
// list is the same in both and has one name.

import { isDeepStrictEqual } from 'node:util'
import { schemaBaseUrl, schemas } from '@renkei/schema'
import { isJson, type Json, mapSchema } from './map-schema.ts'

/** Every part of the contract by its component name; throws when two parts get the same name. */
export function componentSchemas(): Record<string, Json> {
  const components: Record<string, Json> = {}
  const add = (name: string, schema: Json) => {
    if (name in components) throw new Error(`two schemas are named ${name}`)
    components[name] = schema
  }
  for (const [file, document] of Object.entries(schemas)) {
    const { $schema: _, $id, $defs, ...root } = document as Json
    const base = String($id)
    // The root of subscription.schema.json only points to one of its definitions.
    if (!('$ref' in root)) {
      add(pascalCase(file), { ...localSchema(root, base), externalDocs: { url: base } })
    }
    for (const [name, part] of Object.entries(isJson($defs) ? $defs : {})) {
      if (file === viewFile && isShared(name)) continue
      add(partName(file, name), localSchema(part as Json, base))
    }
  }
  return components
}

/** A schema whose references lead to the components of the document that it is put into. */
export function localSchema(schema: Json, base: string = schemaBaseUrl): Json {
  return mapSchema(schema, (part) =>
    typeof part['$ref'] === 'string' ? { ...part, $ref: localReference(part['$ref'], base) } : part,
  ) as Json
}

/** A reference to a component schema. */
export function component(name: string): { $ref: string } {
  return { $ref: `#/components/schemas/${name}` }
}

function localReference(reference: string, base: string): string {
  if (reference.startsWith('#/components/')) return reference
  const { href } = new URL(reference, base)
  const [address = '', pointer = ''] = href.split('#')
  const file = address.replace(schemaBaseUrl, '').replace('.schema.json', '')
  const part = pointer.replace('/$defs/', '')
  const document = (schemas as Record<string, Json>)[file]
  if (!document || (pointer !== '' && !(part in (document['$defs'] as Json)))) {
    throw new Error(`${reference} is no part of the contract`)
  }
  return component(part === '' ? pascalCase(file) : partName(file, part)).$ref
}

function partName(file: string, part: string): string {
  return `${pascalCase(part)}${file === viewFile && !isShared(part) ? 'View' : ''}`
}

const viewFile = 'report-view'

/** True for a part that the view has from the report unchanged, such as a code list. */
function isShared(part: string): boolean {
  const ofReport = (schemas.report.$defs as Record<string, Json>)[part]
  const ofView = (schemas[viewFile].$defs as Record<string, Json>)[part]
  if (!ofReport || !ofView || JSON.stringify(ofView).includes('"$ref"')) return false
  // The view leaves examples out.
  const { examples: _, ...rest } = ofReport
  return isDeepStrictEqual(rest, ofView)
}

function pascalCase(name: string): string {
  return name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
