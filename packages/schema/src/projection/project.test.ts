// What may leave is decided twice: by `project`, and here by looking up each leaf by itself in the
// positive list and the labels above it. Both must agree on every leaf of any report.

import { readdirSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Report, Tlp } from '../generated/report.gen.ts'
import { audiences, type Audience, clearance, tlpRank } from './audience.ts'
import { defaultTlp, fieldRules } from './field-rules.ts'
import { project } from './project.ts'

const runs = { numRuns: 300 }

function steps(pointer: string): string[] {
  return pointer.split('/').slice(1)
}

/** The audiences that the positive list names for a leaf; none when the leaf is not on it. */
function listedFor(pointer: string): readonly Audience[] {
  let rule: unknown = fieldRules
  for (const step of steps(pointer)) {
    if (Array.isArray(rule)) return rule
    if (/^\d+$/.test(step)) continue
    rule = Object.hasOwn(rule as object, step) ? (rule as Record<string, unknown>)[step] : undefined
    if (rule === undefined) return []
  }
  return Array.isArray(rule) ? rule : []
}

/** The label that a leaf carries: that of the nearest marking, narrowed by defaults below it. */
function labelAt(pointer: string, report: Report): string {
  const above = steps(pointer).map((_, at, all) => `/${all.slice(0, at + 1).join('/')}`)
  let label: string = report.tlp
  for (const part of above) {
    const marking = report.markings?.find((candidate) => candidate.pointer === part)
    const own = defaultTlp[part]
    if (marking) label = marking.tlp
    else if (own && tlpRank(own) > tlpRank(label)) label = own
  }
  return label
}

function mayLeave(pointer: string, report: Report, audience: Audience): boolean {
  const narrowest = tlpRank(clearance[audience])
  const inReach = tlpRank(report.tlp) <= narrowest && tlpRank(labelAt(pointer, report)) <= narrowest
  return inReach && listedFor(pointer).includes(audience)
}

test('an exercise or a test is never shown to the public, whatever its label', () => {
  for (const vector of vectors) {
    for (const messageStatus of ['exercise', 'test'] as const) {
      const report = { ...vector, tlp: 'TLP:CLEAR', messageStatus } as unknown as Report
      expect(project(report, 'public')).toBeUndefined()
      expect(project(report, 'peer')).toBeDefined()
    }
  }
})

describe('of any report, with any labels on any of its parts', () => {
  test('exactly the leaves that the list and the labels allow reach an audience', () => {
    fc.assert(
      fc.property(plantedReport, fc.constantFrom(...audiences), ({ report, words }, audience) => {
        const bytes = JSON.stringify(project(report, audience) ?? null)
        for (const [pointer, word] of words) {
          if (pointer === '/tlp') continue
          const told = { pointer, audience, leaves: bytes.includes(`"${word}"`) }
          expect(told).toEqual({ pointer, audience, leaves: mayLeave(pointer, report, audience) })
        }
      }),
      runs,
    )
  })

  test('what is labelled TLP:RED reaches nobody but its owner', () => {
    fc.assert(
      fc.property(plantedReport, fc.constantFrom(...audiences), ({ report, words }, audience) => {
        if (audience === 'owner') return
        const bytes = JSON.stringify(project(report, audience) ?? null)
        if (report.tlp === 'TLP:RED') expect(bytes).toBe('null')
        for (const [pointer, word] of words) {
          if (labelAt(pointer, report) === 'TLP:RED') expect(bytes).not.toContain(word)
        }
      }),
      runs,
    )
  })

  test('a member that nobody has listed reaches nobody, by name or by value', () => {
    fc.assert(
      fc.property(plantedReport, fc.constantFrom(...audiences), ({ report, unknown }, audience) => {
        // Extensions are open: what stands in them goes to the owner with the rest of them.
        const { extensions: _, ...listed } = report
        const bytes = JSON.stringify(project(listed, audience) ?? null)
        for (const word of unknown) expect(bytes).not.toContain(word)
      }),
      runs,
    )
  })

  test('nobody sees what the owner does not', () => {
    fc.assert(
      fc.property(plantedReport, ({ report, words }) => {
        const owner = JSON.stringify(project(report, 'owner'))
        for (const audience of audiences) {
          const bytes = JSON.stringify(project(report, audience) ?? null)
          for (const word of words.values()) {
            if (bytes.includes(`"${word}"`)) expect(owner).toContain(`"${word}"`)
          }
        }
      }),
      runs,
    )
  })

  test('a view holds no empty part that would tell that something was there', () => {
    fc.assert(
      fc.property(plantedReport, fc.constantFrom(...audiences), ({ report }, audience) => {
        const bytes = JSON.stringify(project(report, audience) ?? null)
        const hollow = /\{\}|null,|\[null|,null/.exec(audience === 'owner' ? '' : bytes)
        expect(hollow).toBeNull()
      }),
      runs,
    )
  })

  test('the report itself stays as it was', () => {
    fc.assert(
      fc.property(plantedReport, fc.constantFrom(...audiences), ({ report }, audience) => {
        const before = JSON.stringify(report)
        project(report, audience)
        expect(JSON.stringify(report)).toBe(before)
      }),
      { numRuns: 50 },
    )
  })
})

interface PlantedReport {
  readonly report: Report
  /** The words by the JSON Pointer at which each stands. */
  readonly words: ReadonlyMap<string, string>
  /** Words under names that the contract does not know; they may leave to nobody. */
  readonly unknown: readonly string[]
}

const folder = new URL('../../vectors/valid/', import.meta.url)
const vectors = readdirSync(folder).map((file) =>
  JSON.parse(readFileSync(new URL(file, folder), 'utf8')),
)

const labels: readonly Tlp[] = [
  'TLP:CLEAR',
  'TLP:GREEN',
  'TLP:AMBER',
  'TLP:AMBER+STRICT',
  'TLP:RED',
]

/** Parts that few vectors have and that matter most here. */
const sensitiveParts = {
  sensitive: { diagnostics: 'x', sites: ['x', 'x'], equipment: ['x'], vendor: 'x' },
  extensions: { 'example.carrier': { a: 'x', b: [{ c: 'x' }] } },
  window: { siteContact: { role: 'site', name: 'x', phone: 'x' }, rollbackPlanRef: 'x' },
  demand: { calledNumber: 'x', organiser: 'x' },
}

// Every leaf of a published vector is replaced by a word of its own, so that a leak shows as bytes,
// whatever way it took.

/** Any vector, planted, with any labels on any of its parts and unknown members anywhere. */
const plantedReport: fc.Arbitrary<PlantedReport> = fc
  .record({
    vector: fc.constantFrom(...vectors),
    tlp: fc.constantFrom(...labels),
    marks: fc.array(fc.tuple(fc.nat(), fc.constantFrom(...labels)), { maxLength: 8 }),
    strangers: fc.array(fc.nat(), { maxLength: 4 }),
  })
  .map(({ vector, tlp, marks, strangers }) => {
    const words = new Map<string, string>()
    const { markings: _, ...given } = { ...sensitiveParts, ...vector }
    const planted = plant(given, '', words) as Record<string, unknown>
    // Of what is not real the public hears nothing at all; that has a test of its own.
    planted['messageStatus'] = 'actual'
    words.delete('/messageStatus')
    const pointers = partsOf(planted)
    const chosen = new Map(marks.map(([pick, label]) => [pointers[pick % pointers.length], label]))
    const markings = [...chosen].map(([pointer, label]) => ({ pointer, tlp: label }))
    const unknown = strangers.map((pick, index) =>
      addStranger(planted, pick, `stranger${index}end`),
    )
    return { report: { ...planted, tlp, markings } as unknown as Report, words, unknown }
  })

function plant(value: unknown, pointer: string, words: Map<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item, at) => plant(item, `${pointer}/${at}`, words))
  if (typeof value !== 'object' || value === null) {
    const word = `word${words.size}end`
    words.set(pointer, word)
    return word
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, plant(member, `${pointer}/${key}`, words)]),
  )
}

/** Pointers of all parts below the root. */
function partsOf(value: unknown, pointer = ''): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) => {
    const at = `${pointer}/${key}`
    return [at, ...partsOf(member, at)]
  })
}

function addStranger(root: Record<string, unknown>, pick: number, word: string): string {
  const objects = objectsOf(root)
  const chosen = objects[pick % objects.length] ?? root
  chosen[`new${word}`] = { inside: [word] }
  return word
}

function objectsOf(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.values(value).flatMap(objectsOf)
  return Array.isArray(value) ? inner : [value as Record<string, unknown>, ...inner]
}
