import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { causes, controls, findLevel, levels, services, states } from './lists.ts'

const schema = JSON.parse(
  readFileSync(new URL('../../schemas/report.schema.json', import.meta.url), 'utf8'),
) as { $defs: Record<string, { enum?: unknown[]; allOf?: unknown[] }> }

describe('code lists', () => {
  it.each([
    ['serviceCode', services],
    ['causeCategory', causes],
    ['controlKind', controls],
    ['state', states],
  ])('hold exactly the values of %s in the report schema, in its order', (name, list) => {
    expect(list.map((entry) => entry.code)).toEqual(schema.$defs[name]?.enum)
  })

  it('hold exactly the levels of the report schema', () => {
    expect(levels.map((entry) => entry.value)).toEqual(schema.$defs.levelValue?.enum)
    expect(levels.map((entry) => findLevel(entry.value))).toEqual(levels)
  })

  it('name every code in Japanese and English, each name once in its list', () => {
    for (const list of [services, causes, controls, states, levels]) {
      expect(new Set(list.map((entry) => entry.ja)).size).toBe(list.length)
      expect(new Set(list.map((entry) => entry.en)).size).toBe(list.length)
      for (const entry of list) {
        expect(entry.ja.trim()).not.toBe('')
        expect(entry.en).toMatch(/^[\x20-\x7e–]+$/)
      }
    }
  })

  it('give subtypes that the schema accepts', () => {
    for (const { subtypes } of services) {
      for (const { code } of subtypes) expect(code).toMatch(/^[a-z][A-Za-z0-9]{0,39}$/)
      expect(new Set(subtypes.map((entry) => entry.code)).size).toBe(subtypes.length)
    }
  })

  it('give the unit that the schema asks of a control', () => {
    const unitOf = new Map(controls.map((entry) => [entry.code as string, entry.units as string[]]))
    const rules = (schema.$defs.control?.allOf ?? []) as {
      if?: { properties?: { kind?: { enum?: string[]; const?: string } } }
      then?: { required?: string[] }
    }[]
    let checked = 0
    for (const rule of rules) {
      const kind = rule.if?.properties?.kind
      const required = rule.then?.required?.[0]
      if (kind === undefined || required === undefined) continue
      for (const code of kind.enum ?? [kind.const ?? '']) {
        expect(unitOf.get(code)).toEqual([required.replace(/Max$/, '')])
        checked += 1
      }
    }
    expect(checked).toBeGreaterThanOrEqual(7)
  })

  it('refuse a level that does not exist', () => {
    expect(() => findLevel(5 as never)).toThrow(RangeError)
  })
})
