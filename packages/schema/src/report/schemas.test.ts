// Promises that the schema documents make to whoever implements them: titles in two languages, a
// limit on everything, examples that hold, and the standard's own TLP labels.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, test } from 'vitest'
import { schemas } from './schemas.ts'

type Json = Record<string, unknown>

const ajv = new Ajv2020({
  strict: true,
  strictRequired: false,
  allErrors: true,
  keywords: ['x-title-ja', 'x-needed-at', 'x-rule', 'x-says', 'x-expected'],
})
addFormats.default(ajv)
for (const schema of Object.values(schemas)) ajv.addSchema(schema)

describe.each(Object.entries(schemas))('%s', (name, schema) => {
  const parts = describedParts(schema)

  test('every property and definition has titles in English and Japanese and a description', () => {
    const untitled = parts.filter(
      ({ part }) => ![part['title'], part['x-title-ja'], part['description']].every(isFilled),
    )
    expect(untitled.map(({ pointer }) => pointer)).toEqual([])
  })

  test('every string, list, number and open object has a limit', () => {
    const unlimited = allParts(schema).filter(({ part }) => !isLimited(part))
    expect(unlimited.map(({ pointer }) => pointer)).toEqual([])
  })

  test('every example holds', () => {
    for (const { pointer, part } of allParts(schema)) {
      const validate = ajv.compile({ $ref: `${schema.$id}#${pointer}` })
      for (const example of (part['examples'] ?? []) as unknown[]) {
        expect(validate(example), `${pointer}: ${JSON.stringify(validate.errors)}`).toBe(true)
      }
    }
  })

  test('every property that is sent has an example', () => {
    if (name === 'report-view') return
    expect(parts.filter(({ part }) => !('examples' in part)).map(({ pointer }) => pointer)).toEqual(
      [],
    )
  })

  test('its identifier is the address it is served under', () => {
    expect(schema.$id).toBe(`https://renkei.example/schemas/${name}.schema.json`)
  })
})

test('what a flash report needs is marked as needed at flash', () => {
  const { required, properties } = schemas.report
  const marked = Object.entries(properties).filter(
    ([, part]) => (part as Json)['x-needed-at'] === 'flash',
  )
  expect(marked.map(([name]) => name).sort()).toEqual([...required].sort())
})

test('what Renkei gives is read-only in the schema', () => {
  const { properties } = schemas.report
  const readOnly = Object.entries(properties).filter(
    ([, part]) => (part as Json)['readOnly'] === true,
  )
  expect(readOnly.map(([name]) => name).sort()).toEqual([
    'level',
    'recordedAt',
    'reportId',
    'revision',
  ])
})

test('the view takes every valid report once it is recorded, with unknown members at any depth', () => {
  const folder = new URL('../../vectors/valid/', import.meta.url)
  const validate = ajv.compile({ $ref: schemas['report-view'].$id })
  const given = {
    reportId: '01985a7c-6f00-7a3e-9c1d-2b4f6a8c0e12',
    revision: 1,
    level: { value: 2 },
  }
  for (const name of readdirSync(folder)) {
    const report = JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
    const impacts = report.impacts.map((impact: object) => ({ ...impact, newMember: 1 }))
    expect(validate({ ...report, ...given, impacts, newMember: {} }), name).toBe(true)
  }
})

test('the view takes a report of which only the identity is left', () => {
  const validate = ajv.compile({ $ref: schemas['report-view'].$id })
  const bare = {
    reportId: '01985a7c-6f00-7a3e-9c1d-2b4f6a8c0e12',
    revision: 3,
    kind: 'fault',
    messageStatus: 'actual',
    state: 'restored',
    level: { value: 1 },
  }
  expect(validate(bare)).toBe(true)
  for (const member of Object.keys(bare)) {
    expect(validate({ ...bare, [member]: undefined }), member).toBe(false)
  }
})

const taxonomy = new URL('../../../../../shared/oracles/misp/tlp-machinetag.json', import.meta.url)

test.skipIf(!existsSync(taxonomy))(
  'the TLP labels are those of the MISP taxonomy that TLP 2.0 has (skipped when it is absent)',
  () => {
    const { predicates } = JSON.parse(readFileSync(taxonomy, 'utf8'))
    const labels = new Set(
      predicates.map(({ value }: { value: string }) => `TLP:${value.toUpperCase()}`),
    )
    const ours = schemas.report.$defs.tlp.enum
    expect(ours.filter((label) => !labels.has(label))).toEqual([])
    expect(ours).toEqual(['TLP:RED', 'TLP:AMBER+STRICT', 'TLP:AMBER', 'TLP:GREEN', 'TLP:CLEAR'])
  },
)

interface Placed {
  pointer: string
  part: Json
}

/** Properties and definitions, at every depth. */
function describedParts(schema: object): Placed[] {
  return allParts(schema).filter(({ pointer }) => /\/(?:properties|\$defs)\/[^/]+$/.test(pointer))
}

/** Every part of a schema that describes a value; the conditions are not such parts. */
function allParts(part: object, pointer = ''): Placed[] {
  const parts: Placed[] = [{ pointer, part: part as Json }]
  const { properties, $defs, items } = part as Json
  for (const [keyword, map] of Object.entries({ properties, $defs })) {
    for (const [name, inner] of Object.entries((map ?? {}) as Record<string, object>)) {
      parts.push(...allParts(inner, `${pointer}/${keyword}/${name}`))
    }
  }
  if (items !== undefined) parts.push(...allParts(items as object, `${pointer}/items`))
  return parts
}

function isLimited(part: Json): boolean {
  if ('$ref' in part || 'enum' in part || 'const' in part) return true
  switch (part['type']) {
    case 'string':
      return 'maxLength' in part
    case 'array':
      return 'maxItems' in part
    case 'integer':
    case 'number':
      return 'minimum' in part && 'maximum' in part
    case 'object':
      return 'properties' in part || 'maxProperties' in part
    default:
      return part['type'] === 'boolean'
  }
}

function isFilled(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== ''
}
