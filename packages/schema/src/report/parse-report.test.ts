// Properties of parseReport over arbitrary JSON and over damaged reports, and its speed. What each
// rule refuses is shown by the vectors.

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import allFields from '../../vectors/valid/all-fields.json' with { type: 'json' }
import update from '../../vectors/valid/update-fault-two-effects.json' with { type: 'json' }
import { faultsMax } from './fault.ts'
import { parseReport } from './parse-report.ts'

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

const naughty = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '\0',
    '\ud800',
    '',
    ' ',
    '__proto__',
    'constructor',
    '2026-07-30T24:00:00Z',
    1e308,
  ),
) as fc.Arbitrary<Json>

test('answers arbitrary JSON with a verdict, never with a throw', () => {
  fc.assert(
    fc.property(naughty, (value) => {
      const parsed = parseReport(value)
      if (!parsed.ok) expect(parsed.faults.length).toBeGreaterThan(0)
    }),
    { numRuns: 1_000 },
  )
})

test('an accepted report survives a JSON round trip, and a fault points to a part or to its place', () => {
  fc.assert(
    fc.property(fc.nat(), naughty, fc.string(), (seed, value, name) => {
      const report = damaged(seed, value, name)
      const parsed = parseReport(report)
      if (parsed.ok) {
        const copy = JSON.parse(JSON.stringify(report))
        expect(parseReport(copy)).toEqual({ ok: true, report: parsed.report })
      } else {
        for (const { pointer } of parsed.faults)
          expect(hasPlace(report, pointer), pointer).toBe(true)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('tells at most as many faults as the limit says', () => {
  const areas = Array.from({ length: 400 }, () => ({ type: 'planet' }))
  const parsed = parseReport({ ...update, areas })
  expect(parsed.ok ? 0 : parsed.faults.length).toBe(faultsMax)
})

test('keeps faults short when names are long and everything below them is wrong', () => {
  const report = {
    ...update,
    extensions: { 'example.carrier': { ['x'.repeat(20_000)]: Array(9_000).fill('\0') } },
  }
  const parsed = parseReport(report)
  expect(parsed.ok).toBe(false)
  expect(JSON.stringify(parsed).length).toBeLessThan(2_000)
})

test('suggests the nearest known name for a mistyped member', () => {
  const parsed = parseReport({ ...update, nextUpdatedBy: update.nextUpdateBy })
  expect(parsed).toEqual({
    ok: false,
    faults: [
      {
        pointer: '/nextUpdatedBy',
        rule: 'unknownMember',
        detail: '/nextUpdatedBy is not a member of the contract; did you mean nextUpdateBy?',
        expected: 'nextUpdateBy',
      },
    ],
  })
})

/** A full report with one part replaced, or one member added. */
function damaged(seed: number, value: Json, name: string): Json {
  const report = structuredClone(seed % 2 === 0 ? allFields : update) as Json
  let node = report as Record<string, Json>
  for (let rest = seed >> 1; ; rest >>= 2) {
    const names = Object.keys(node)
    const step = names[rest % names.length] ?? name
    const next = node[step]
    if (next === null || typeof next !== 'object' || rest % 5 === 0) {
      node[rest % 7 === 0 && !Array.isArray(node) ? name : step] = value
      return report
    }
    node = next as Record<string, Json>
  }
}

/** True when the parent of the pointer is there: the member itself may be absent. */
function hasPlace(document: Json, pointer: string): boolean {
  const steps = pointer.split('/').slice(1, -1)
  let node: unknown = document
  for (const step of steps) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    if (node === null || typeof node !== 'object' || !Object.hasOwn(node, name)) return false
    node = (node as Record<string, unknown>)[name]
  }
  return (node !== null && typeof node === 'object') || pointer === ''
}
