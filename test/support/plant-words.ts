// Valid reports in which every text that the contract leaves free is a word of its own: whatever
// leaves by any way shows as bytes.

import { parseReport, type Report, type Tlp } from '@renkei/schema'
import * as fc from 'fast-check'
import { labels, partAt, partsOf, vectors } from '../../packages/schema/test/planted-report.ts'

export interface PlantedText {
  readonly report: Report
  /** The words by the JSON Pointer at which each stands. */
  readonly words: ReadonlyMap<string, string>
}

const identity =
  /^\/(?:schemaVersion|kind|messageStatus|state|tlp|markings|reporter\/organisation|leak\/owners)(?:\/|$)/
const unmarkable = /^\/(?:schemaVersion|kind|messageStatus|state|tlp|markings)(?:\/|$)/
const sensitive = {
  diagnostics: 'x',
  sites: ['x'],
  equipment: ['x'],
  vendor: 'x',
}

/** Any published vector as a report of `organisation`, with words, labels and markings of its own. */
export function anyPlantedReport(
  organisation: string,
  leakOwner: string,
): fc.Arbitrary<PlantedText> {
  return fc
    .record({
      vector: fc.constantFrom(...vectors),
      tlp: fc.constantFrom(...labels),
      marks: fc.array(fc.tuple(fc.nat(), fc.constantFrom(...labels)), { maxLength: 8 }),
    })
    .map(({ vector, tlp, marks }) => {
      const { markings: _, related: __, ...given } = structuredClone(vector)
      const leak = 'leak' in given && { leak: { owners: [leakOwner], information: ['access'] } }
      const made = {
        sensitive: structuredClone(sensitive),
        ...given,
        ...leak,
        reporter: { organisation, system: 'x' },
        tlp,
      }
      const report = made as unknown as Report
      const words = plant(report)
      const markings = chooseMarkings(report, marks)
      return { report: markings.length > 0 ? { ...report, markings } : report, words }
    })
    .filter(({ report }) => parseReport(report).ok)
}

// Random numbers repeat themselves; these do not.
let wordsMade = 1_000_000

// A text is free when the contract takes the word in its place.
function plant(report: Report): Map<string, string> {
  const words = new Map<string, string>()
  for (const pointer of partsOf(report)) {
    const before = partAt(report, pointer)
    if (typeof before !== 'string' || identity.test(pointer)) continue
    const word = `w${(wordsMade += 1)}e`
    put(report, pointer, word)
    if (parseReport(report).ok) words.set(pointer, word)
    else put(report, pointer, before)
  }
  return words
}

function put(report: Report, pointer: string, value: string): void {
  const steps = pointer.split('/')
  const name = steps.pop() ?? ''
  const parent = partAt(report, steps.join('/')) as Record<string, unknown>
  parent[name.replace('~1', '/').replace('~0', '~')] = value
}

function chooseMarkings(report: Report, marks: readonly [number, Tlp][]) {
  const pointers = partsOf(report).filter((pointer) => !unmarkable.test(pointer))
  const chosen = new Map(marks.map(([pick, tlp]) => [pointers[pick % pointers.length] ?? '', tlp]))
  return [...chosen].map(([pointer, tlp]) => ({ pointer, tlp }))
}
