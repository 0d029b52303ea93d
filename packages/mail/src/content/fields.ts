// All fields of an event's data, in words of the contract's own schemas: what a summary leaves out is
// here, to the letter.

import { schemas, type SchemaName } from '@renkei/schema'
import type { Fact } from './blocks.ts'

interface Node {
  readonly title?: string
  readonly 'x-title-ja'?: string
  readonly $ref?: string
  readonly properties?: Record<string, Node>
  readonly items?: Node
  readonly $defs?: Record<string, Node>
}

interface Place {
  readonly node: Node | undefined
  readonly document: SchemaName
}

const rowsMax = 2000
const valueCharactersMax = 60_000

/**
 * Lists every value of the data with the names of its field, one row for each member of the data
 * and one for each entry of a list. What goes beyond 2000 rows is counted, not shown.
 */
export function allFields(data: object, schema: SchemaName, part?: string): Fact[] {
  const document = schemas[schema] as Node
  const root: Place = {
    node: part === undefined ? document : document.$defs?.[part],
    document: schema,
  }
  const rows = Object.entries(data).flatMap(([name, value]): Fact[] => {
    const place = memberOf(root, name)
    const label = bilingual(place, name)
    if (!Array.isArray(value)) return [[label, write(value, place)]]
    if (value.length === 0) return [[label, '—']]
    return value.map((item, index): Fact => [`${label} ${index + 1}`, write(item, itemOf(place))])
  })
  const more = rows.length - rowsMax
  if (more <= 0) return rows
  return [...rows.slice(0, rowsMax), ['…', `ほか ${more} 項目は省略 / ${more} more are left out`]]
}

function write(value: unknown, place: Place): string {
  return leavesOf(value, place, '').join(' · ').slice(0, valueCharactersMax)
}

function leavesOf(value: unknown, place: Place, label: string): string[] {
  if (Array.isArray(value)) {
    const numbered = (index: number) => (value.length > 1 ? `${label} ${index + 1}` : label)
    return value.flatMap((item, index) => leavesOf(item, itemOf(place), numbered(index)))
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, member]) => {
      const below = memberOf(place, name)
      const title = below.node?.['x-title-ja']
      const own = title === undefined ? name : `${title} ${name}`
      return leavesOf(member, below, label === '' ? own : `${label} › ${own}`)
    })
  }
  return [label === '' ? String(value) : `${label}: ${String(value)}`]
}

function memberOf(place: Place, name: string): Place {
  const { node, document } = resolve(place)
  const properties = node?.properties
  if (!properties || !Object.hasOwn(properties, name)) return { node: undefined, document }
  const member = properties[name]
  // The name that a member has there counts more than that of its type.
  const to = resolve({ node: member, document })
  return { ...to, node: { ...to.node, ...member } }
}

function itemOf(place: Place): Place {
  const { node, document } = resolve(place)
  return resolve({ node: node?.items, document })
}

function resolve({ node, document }: Place): Place {
  if (node?.$ref === undefined) return { node, document }
  const [file = '', pointer = ''] = node.$ref.split('#')
  const name = (file === '' ? document : file.replace('.schema.json', '')) as SchemaName
  const definition = pointer.replace('/$defs/', '')
  const target = (schemas[name] as Node | undefined)?.$defs?.[definition]
  return resolve({ node: target, document: name })
}

function bilingual({ node }: Place, name: string): string {
  const ja = node?.['x-title-ja']
  return ja === undefined ? name : `${ja} / ${node?.title ?? name}`
}
