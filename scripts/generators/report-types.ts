// Makes the TypeScript types of the contract from its JSON Schemas, and the view schema from the
// report schema. Every reference becomes the name of a type, so that each part of the contract
// has exactly one type, named after its $defs entry.

import { readFile } from 'node:fs/promises'
import { compile } from 'json-schema-to-typescript'
import { format } from 'oxfmt'
import { reportViewSchema } from './report-view.ts'

type Json = Record<string, unknown>
interface Source {
  file: string
  typeName: string
  schema: Json
}

const root = new URL('../../', import.meta.url)
const schemaFolder = 'packages/schema/schemas'
const typeFolder = 'packages/schema/src/generated'

/** Text of every generated type file and of the view schema, by path from the repository root. */
export async function generateReportTypes(): Promise<Map<string, string>> {
  const report = await readSchema('report')
  const view = reportViewSchema(report)
  const sources: Source[] = [
    { file: 'report', typeName: 'Report', schema: report },
    { file: 'report-view', typeName: 'ReportView', schema: view },
    { file: 'event', typeName: 'EventEnvelope', schema: await readSchema('event') },
    { file: 'subscription', typeName: 'Subscription', schema: await readSchema('subscription') },
    { file: 'organisation', typeName: 'Organisation', schema: await readSchema('organisation') },
    { file: 'contact', typeName: 'RegisteredContact', schema: await readSchema('contact') },
    { file: 'agreement', typeName: 'Agreement', schema: await readSchema('agreement') },
    {
      file: 'acknowledgement',
      typeName: 'Acknowledgement',
      schema: await readSchema('acknowledgement'),
    },
    { file: 'problem', typeName: 'Problem', schema: await readSchema('problem') },
  ]
  const files = new Map([[`${schemaFolder}/report-view.schema.json`, await formatJson(view)]])
  for (const source of sources) {
    files.set(`${typeFolder}/${source.file}.gen.ts`, await typesOf(source))
  }
  return files
}

async function readSchema(name: string): Promise<Json> {
  return JSON.parse(await readFile(new URL(`${schemaFolder}/${name}.schema.json`, root), 'utf8'))
}

async function formatJson(value: Json): Promise<string> {
  const { code } = await format('view.json', JSON.stringify(value, null, 2), { printWidth: 100 })
  return code
}

async function typesOf({ file, typeName, schema }: Source): Promise<string> {
  const imports = new Map<string, Set<string>>()
  const plain = plainSchema(rootSchema(schema), imports)
  const body = await compile(plain, typeName, {
    bannerComment: '',
    additionalProperties: true,
    unreachableDefinitions: true,
    ignoreMinAndMaxItems: true,
    unknownAny: true,
    style: { semi: false, singleQuote: true, printWidth: 100 },
  })
  const lines = [...imports].map(
    ([from, names]) => `import type { ${[...names].sort().join(', ')} } from './${from}.gen.ts'\n`,
  )
  const header = `// Generated from ${schemaFolder}/${file}.schema.json by scripts/generators/report-types.ts.\n// Change the schema and run: npm run generate\n\n`
  const separator = lines.length > 0 ? '\n' : ''
  return `${header}${lines.join('')}${separator}${body.replace(provenanceNote, '')}`
}

// The compiler notes which definition a type comes from; the name says it already.
const provenanceNote = / \*\n \* This interface was referenced by [^\n]*\n \* via the [^\n]*\n/g

/** A document whose root only refers to one of its definitions is that definition. */
function rootSchema(schema: Json): Json {
  if (typeof schema['$ref'] !== 'string') return schema
  const name = schema['$ref'].replace('#/$defs/', '')
  const { [name]: root, ...$defs } = schema['$defs'] as Record<string, Json>
  return { ...root, $defs }
}

/** What the compiler should see: named references, no titles, no conditional needs. */
function plainSchema(schema: Json, imports: Map<string, Set<string>>): Json {
  const plain: Json = {}
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === '$ref') plain['tsType'] = typeNameOf(String(value), imports)
    else if (keyword === 'properties' || keyword === '$defs') {
      const parts = Object.entries(value as Record<string, Json>)
      plain[keyword] = Object.fromEntries(
        parts.map(([name, part]) => [name, plainSchema(part, imports)]),
      )
    } else if (keyword === 'items') plain[keyword] = plainSchema(value as Json, imports)
    else if (kept.has(keyword)) plain[keyword] = value
  }
  return plain
}

const kept = new Set(['description', 'type', 'enum', 'const', 'required', 'additionalProperties'])

function typeNameOf(reference: string, imports: Map<string, Set<string>>): string {
  const [file = '', pointer = ''] = reference.split('#')
  const base = file.replace('.schema.json', '')
  const name = pascalCase(pointer === '' ? base : pointer.replace('/$defs/', ''))
  if (base !== '') imports.set(base, (imports.get(base) ?? new Set()).add(name))
  return name
}

function pascalCase(name: string): string {
  return name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
