// Makes the field reference from the schemas: one section per object of the contract, one row per
// field, with the places where a shared part is used.

import { readFile } from 'node:fs/promises'

type Json = Record<string, unknown>

interface Section {
  title: string
  titleJa: string
  description: string
  rows: string[]
}

const root = new URL('../../', import.meta.url)
const documents = [
  'report',
  'event',
  'subscription',
  'organisation',
  'contact',
  'agreement',
  'acknowledgement',
  'problem',
]

/** Text of `docs/reference/fields.md`, by its path from the repository root. */
export async function generateFieldReference(): Promise<Map<string, string>> {
  const chapters: string[] = []
  for (const name of documents) {
    const file = new URL(`packages/schema/schemas/${name}.schema.json`, root)
    chapters.push(chapterOf(name, JSON.parse(await readFile(file, 'utf8'))))
  }
  return new Map([['docs/reference/fields.md', `${introduction}\n${chapters.join('\n')}`]])
}

const introduction = `<!-- Generated from packages/schema/schemas/ by scripts/generators/field-reference.ts. Run: npm run generate -->

# Fields

Every field of the contract. Pointers are JSON Pointers inside the part that a section describes; \`*\`
stands for the entries of a list. "Needed" says from which stage on; a part marked *always* is needed
whenever the object around it is there. Lengths count code points.
`

function chapterOf(name: string, schema: Json): string {
  const definitions = (schema['$defs'] ?? {}) as Record<string, Json>
  const places = placesOf(schema, definitions)
  const sections: string[] = []
  if ('properties' in schema) sections.push(sectionText(sectionOf(schema), '##', []))
  else sections.push(`## ${title(schema)}\n\n${text(schema, 'description')}\n`)
  for (const [key, definition] of Object.entries(definitions)) {
    if (!('properties' in definition)) continue
    sections.push(sectionText(sectionOf(definition), '###', places.get(key) ?? []))
  }
  const simple = simpleTypes(definitions)
  if (simple !== '') sections.push(simple)
  return sections.join('\n').replace('\n\n', `\n\nSchema: \`${name}.schema.json\`. `)
}

function simpleTypes(definitions: Record<string, Json>): string {
  const rows = Object.entries(definitions)
    .filter(([, definition]) => !('properties' in definition))
    .map(([name, definition]) =>
      row([
        `\`${name}\``,
        text(definition, 'x-title-ja'),
        typeOf(definition),
        limitsOf(definition),
        text(definition, 'description'),
      ]),
    )
  if (rows.length === 0) return ''
  return `### Simple types (単純な型)

| type | 項目 | values | limits | meaning |
|---|---|---|---|---|
${rows.join('\n')}
`
}

function sectionOf(schema: Json): Section {
  const needed = new Set((schema['required'] ?? []) as string[])
  const properties = Object.entries(schema['properties'] as Record<string, Json>)
  return {
    title: text(schema, 'title'),
    titleJa: text(schema, 'x-title-ja'),
    description: text(schema, 'description'),
    rows: properties.map(([name, property]) => rowOf(name, property, needed.has(name))),
  }
}

function sectionText(section: Section, heading: string, places: readonly string[]): string {
  const used =
    places.length === 0 ? '' : `\nAt: ${places.map((place) => `\`${place}\``).join(', ')}\n`
  return `${heading} ${section.title} (${section.titleJa})

${section.description}
${used}
| pointer | 項目 | type | limits | needed | meaning |
|---|---|---|---|---|---|
${section.rows.join('\n')}
`
}

function rowOf(name: string, property: Json, isNeeded: boolean): string {
  return row([
    `\`/${name}\``,
    text(property, 'x-title-ja'),
    typeOf(property),
    limitsOf(property),
    text(property, 'x-needed-at') || (isNeeded ? 'always' : ''),
    text(property, 'description'),
  ])
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function typeOf(schema: Json): string {
  if (typeof schema['$ref'] === 'string') return `\`${referenceName(schema['$ref'])}\``
  if ('enum' in schema)
    return (schema['enum'] as unknown[]).map((value) => `\`${String(value)}\``).join(' ')
  if ('const' in schema) return `\`${String(schema['const'])}\``
  if (schema['type'] === 'array') return `list of ${typeOf(schema['items'] as Json)}`
  return text(schema, 'type')
}

function referenceName(reference: string): string {
  return reference.replace(/^.*\$defs\//, '').replace('.schema.json', '')
}

function limitsOf(schema: Json): string {
  const limits = [
    range(schema, ['minLength', 'maxLength'], ' characters'),
    range(schema, ['minItems', 'maxItems'], ' entries'),
    range(schema, ['minProperties', 'maxProperties'], ' members'),
    range(schema, ['minimum', 'maximum'], ''),
    schema['uniqueItems'] === true ? 'each once' : '',
    'default' in schema ? `default ${JSON.stringify(schema['default'])}` : '',
    schema['readOnly'] === true ? 'read-only' : '',
  ]
  return limits.filter((limit) => limit !== '').join('; ')
}

function range(schema: Json, [low, high]: [string, string], unit: string): string {
  if (!(high in schema)) return low in schema ? `at least ${String(schema[low])}${unit}` : ''
  if (!(low in schema)) return `at most ${String(schema[high])}${unit}`
  return `${String(schema[low])} to ${String(schema[high])}${unit}`
}

/** Where each definition is used, as pointers from the root of the document. */
function placesOf(schema: Json, definitions: Record<string, Json>): Map<string, string[]> {
  const places = new Map<string, string[]>()
  const visit = (part: Json, pointer: string) => {
    const key = typeof part['$ref'] === 'string' ? referenceName(part['$ref']) : undefined
    const definition = key === undefined ? undefined : definitions[key]
    if (key !== undefined && definition !== undefined) {
      if (pointer !== '') places.set(key, [...(places.get(key) ?? []), pointer])
      visit(definition, pointer)
    }
    if ('items' in part) visit(part['items'] as Json, `${pointer}/*`)
    for (const [name, property] of Object.entries((part['properties'] ?? {}) as Json)) {
      visit(property as Json, `${pointer}/${name}`)
    }
  }
  visit(schema, '')
  return places
}

function title(schema: Json): string {
  return `${text(schema, 'title')} (${text(schema, 'x-title-ja')})`
}

function text(schema: Json, keyword: string): string {
  const value = schema[keyword]
  return typeof value === 'string' ? value : ''
}
