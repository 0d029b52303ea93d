// The vectors are files that any carrier can run against its own implementation. Here they run
// twice: through parseReport, and through a second, independent JSON Schema engine, which must
// agree wherever the schema alone decides.

import { readdirSync, readFileSync } from 'node:fs'
import { registerSchema, validate, type SchemaObject } from '@hyperjump/json-schema/draft-2020-12'
import { describe, expect, test } from 'vitest'
import { parseReport } from './parse-report.ts'
import { schemas } from './schemas.ts'

interface InvalidVector {
  why: string
  schema?: true
  report: unknown
  faults: { pointer: string; rule: string }[]
}

const folder = new URL('../../vectors/', import.meta.url)
const validNames = readdirSync(new URL('valid/', folder))
const invalidNames = readdirSync(new URL('invalid/', folder))

registerSchema(structuredClone<SchemaObject>(schemas.report))
const secondEngine = await validate(schemas.report.$id)

describe.each(validNames)('valid/%s', (name) => {
  const report = readVector(`valid/${name}`)

  test('is accepted unchanged', () => {
    const before = JSON.stringify(report)
    expect(parseReport(report)).toEqual({ ok: true, report })
    expect(JSON.stringify(report)).toBe(before)
  })

  test('is accepted by a second schema engine', () => {
    expect(secondEngine(report as never).valid).toBe(true)
  })

  test('is a report of at most 48 KiB', () => {
    expect(Buffer.byteLength(JSON.stringify(report))).toBeLessThanOrEqual(48 * 1024)
  })
})

describe.each(invalidNames)('invalid/%s', (name) => {
  const { report, faults, schema } = readVector(`invalid/${name}`) as InvalidVector

  test('is refused with exactly the faults listed', () => {
    const parsed = parseReport(report)
    if (parsed.ok) throw new Error('accepted')
    const found = parsed.faults.map(({ pointer, rule }) => `${rule} at ${pointer}`)
    expect(found.sort()).toEqual(faults.map(({ pointer, rule }) => `${rule} at ${pointer}`).sort())
  })

  test('is told in sentences that name the place', () => {
    const parsed = parseReport(report)
    if (parsed.ok) throw new Error('accepted')
    for (const fault of parsed.faults) {
      expect(fault.detail).toMatch(/^\S.* .*[.?]$/su)
      expect(fault.detail).toContain(fault.pointer === '' ? 'document' : fault.pointer)
    }
  })

  test('gets from a second schema engine the verdict that the vector says', () => {
    expect(secondEngine(report as never).valid).toBe(schema !== true)
  })
})

test('the vectors cover every kind, stage, state, message status and type of area', () => {
  const reports = validNames.map((name) => readVector(`valid/${name}`) as Record<string, unknown>)
  const { kind, stage, state, messageStatus, areaType } = schemas.report.$defs
  expect(valuesOf(reports, 'kind')).toEqual(new Set(kind.enum))
  expect(valuesOf(reports, 'stage')).toEqual(new Set(stage.enum))
  expect(valuesOf(reports, 'messageStatus')).toEqual(new Set(messageStatus.enum))
  expect(valuesOf(reports, 'state')).toEqual(new Set(state.enum))
  const areas = reports.flatMap((report) => report['areas'] as Record<string, unknown>[])
  expect(valuesOf(areas, 'type')).toEqual(new Set(areaType.enum))
})

test('every rule that the schema names is broken by a vector', () => {
  const named = [...JSON.stringify(schemas.report).matchAll(/"x-rule":"([^"]+)"/g)].map(
    ([, rule]) => rule,
  )
  const broken = new Set(
    invalidNames.flatMap((name) =>
      (readVector(`invalid/${name}`) as InvalidVector).faults.map(({ rule }) => rule),
    ),
  )
  expect(named.filter((rule) => !broken.has(rule as string))).toEqual([])
})

test('the README explains every rule that a vector breaks', () => {
  const readme = readFileSync(new URL('README.md', folder), 'utf8')
  const rules = invalidNames.flatMap((name) =>
    (readVector(`invalid/${name}`) as InvalidVector).faults.map(({ rule }) => rule),
  )
  expect(
    [...new Set(rules)].filter((rule) => !new RegExp(`^\\|.*\`${rule}\`.* \\|`, 'm').test(readme)),
  ).toEqual([])
})

function readVector(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, folder), 'utf8'))
}

function valuesOf(objects: Record<string, unknown>[], member: string): Set<unknown> {
  return new Set(objects.map((object) => object[member]))
}
