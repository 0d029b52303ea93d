// Random reports for the tests of the projection: a published vector in which every leaf is a word of
// its own, so that whatever gets out shows as bytes, whichever way it took.

import { readdirSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import type { Report, Tlp } from '../src/generated/report.gen.ts'

export interface PlantedReport {
  readonly report: Report
  /** The words by the JSON Pointer at which each stands. */
  readonly words: ReadonlyMap<string, string>
  /** Words under names that the contract does not know. */
  readonly strangers: readonly string[]
}

export const labels = [
  'TLP:CLEAR',
  'TLP:GREEN',
  'TLP:AMBER',
  'TLP:AMBER+STRICT',
  'TLP:RED',
] as const satisfies readonly Tlp[]

const folder = new URL('../vectors/valid/', import.meta.url)

export const vectors: readonly Record<string, unknown>[] = readdirSync(folder).map((file) =>
  JSON.parse(readFileSync(new URL(file, folder), 'utf8')),
)

/** Parts that few vectors have and that matter most, and those that Renkei gives. */
const parts = {
  reportId: 'x',
  revision: 'x',
  recordedAt: 'x',
  level: {
    scheme: 'x',
    version: 'x',
    value: 'x',
    ruleIds: ['x'],
    reasons: [{ ruleId: 'x', level: 'x', basis: 'x', text: { ja: 'x', en: 'x' }, source: 'x' }],
  },
  sensitive: { diagnostics: 'x', sites: ['x', 'x'], equipment: ['x'], vendor: 'x' },
  extensions: { 'example.carrier': { 'a/b~c': 'x', b: [{ c: 'x' }, []], none: {} } },
  window: { start: 'x', siteContact: { role: 'x', name: 'x', phone: 'x' }, rollbackPlanRef: 'x' },
  demand: { calledNumber: 'x', organiser: 'x' },
  leak: { owners: ['x', 'x'], information: ['x'] },
  traffic: [{ service: 'x', attempts: 'x' }],
  interconnect: { pois: ['x'], peersAffected: [{ organisation: 'x', advice: 'x' }] },
}

/** Any vector, planted, under any label, with any labels on any parts and strangers anywhere. */
export const plantedReport: fc.Arbitrary<PlantedReport> = fc
  .record({
    vector: fc.constantFrom(...vectors),
    tlp: fc.constantFrom(...labels),
    marks: fc.array(fc.tuple(fc.nat(), fc.constantFrom(...labels)), { maxLength: 12 }),
    picks: fc.array(fc.nat(), { maxLength: 4 }),
  })
  .map(({ vector, tlp, marks, picks }) => {
    const words = new Map<string, string>()
    const all: Record<string, unknown> = { ...parts, ...vector }
    const { markings: _, tlp: __, ...given } = all
    const planted = plant(given, '', words) as Record<string, unknown>
    // A carrier cannot mark what Renkei gives: it does not stand in what the carrier sends.
    const pointers = partsOf(planted).filter((pointer) => !pointer.startsWith('/level'))
    const chosen = new Map(marks.map(([pick, label]) => [pointers[pick % pointers.length], label]))
    const markings = [...chosen].map(([pointer, label]) => ({ pointer, tlp: label }))
    const { extensions, ...listed } = planted
    const strangers = picks.map((pick, index) => addStranger(listed, pick, `stranger${index}end`))
    const report = { ...listed, extensions, tlp, markings } as unknown as Report
    return { report, words, strangers }
  })

/** The JSON Pointers of all parts below the root. */
export function partsOf(value: unknown, pointer = ''): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) => {
    const at = below(pointer, key)
    return [at, ...partsOf(member, at)]
  })
}

/** What stands at a JSON Pointer. */
export function partAt(value: unknown, pointer: string): unknown {
  const names = pointer.split('/').slice(1)
  return names.reduce(
    (at, name) => (at as Record<string, unknown>)[name.replace('~1', '/').replace('~0', '~')],
    value,
  )
}

function plant(value: unknown, pointer: string, words: Map<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item, at) => plant(item, `${pointer}/${at}`, words))
  if (typeof value !== 'object' || value === null) {
    const word = `word${words.size}end`
    words.set(pointer, word)
    return word
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, plant(member, below(pointer, key), words)]),
  )
}

function below(pointer: string, key: string): string {
  return `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

// Extensions are open, so nothing in them is a stranger.
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
