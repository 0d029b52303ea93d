// What may leave is decided twice: by `sightOf` and `project`, and by the second statement, which looks
// up each leaf by itself. Both must agree on every leaf of any report, for anybody, by any way out.

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { partAt, partsOf } from '../../test/planted-report.ts'
import { anyScene, bytesSeen, type Scene } from '../../test/scene.ts'
import { audienceOf, leaves } from '../../test/second-statement.ts'

const runs = { numRuns: 200 }
const ways = ['read', 'push'] as const
const anyWay = fc.constantFrom(...ways)
const has = (bytes: string, word: string) => bytes.includes(`"${word}"`)

/** The same scene with its report's owner looking. */
const asOwner = (scene: Scene): Scene => ({
  ...scene,
  viewer: { ...scene.viewer, organisationId: scene.facts.organisationId },
})

describe('of any report, with any labels, agreed or not, read or pushed', () => {
  test('exactly the leaves leave that the list, the labels and the agreement allow', () => {
    fc.assert(
      fc.property(anyScene, anyWay, (scene, way) => {
        const bytes = bytesSeen(scene, way)
        const told = [...scene.words].filter(([, word]) => has(bytes, word))
        const allowed = [...scene.words].filter(([pointer]) => leaves(scene, pointer, way))
        expect(told.map(([pointer]) => pointer)).toEqual(allowed.map(([pointer]) => pointer))
      }),
      { numRuns: 700 },
    )
  })

  test('what is labelled TLP:RED is never pushed, not even to its owner', () => {
    fc.assert(
      fc.property(anyScene, (scene) => {
        const { report, words } = scene
        const bytes = bytesSeen(scene, 'push')
        if (report.tlp === 'TLP:RED') expect(bytes).toBe('null')
        const red = report.markings?.filter(({ tlp }) => tlp === 'TLP:RED') ?? []
        for (const { pointer } of red) {
          // A part of it may be marked wider, but the marked leaf itself is red.
          const word = words.get(pointer)
          if (word) expect(has(bytes, word)).toBe(false)
        }
      }),
      runs,
    )
  })

  test('an exercise or a test never reaches the public', () => {
    fc.assert(
      fc.property(anyScene, fc.constantFrom('exercise', 'test'), anyWay, (scene, status, way) => {
        const drill = { ...scene, facts: { ...scene.facts, messageStatus: status } }
        if (audienceOf(scene) === 'public') expect(bytesSeen(drill, way)).toBe('null')
      }),
      runs,
    )
  })

  test('a member that nobody has listed reaches nobody, by name or by value', () => {
    fc.assert(
      fc.property(anyScene, anyWay, (scene, way) => {
        for (const seen of [bytesSeen(scene, way), bytesSeen(asOwner(scene), way)]) {
          for (const word of scene.strangers) expect(seen).not.toContain(word)
        }
      }),
      runs,
    )
  })

  test('a text that stands sealed in place of an object or a list of objects reaches nobody', () => {
    const sealed = 'v1.01985a7c.c2VhbGVk'
    fc.assert(
      fc.property(anyScene, anyWay, fc.nat(), (scene, way, pick) => {
        const places = partsOf(scene.report).filter((at) => isMadeOfObjects(scene, at))
        const place = places[pick % places.length]!
        const report = structuredClone(scene.report)
        const [above, name] = [place.slice(0, place.lastIndexOf('/')), place.split('/').at(-1)!]
        Object.assign(partAt(report, above) as object, { [name]: sealed })
        for (const who of [scene, asOwner(scene)]) {
          expect(bytesSeen({ ...who, report }, way)).not.toContain(sealed)
        }
      }),
      runs,
    )
  })

  test('an object that stands in place of a single value reaches nobody', () => {
    fc.assert(
      fc.property(anyScene, anyWay, fc.nat(), (scene, way, pick) => {
        const places = [...scene.words.keys()].filter((at) => !at.startsWith('/extensions/'))
        const place = places[pick % places.length]!
        const report = structuredClone(scene.report)
        const [above, name] = [place.slice(0, place.lastIndexOf('/')), place.split('/').at(-1)!]
        Object.assign(partAt(report, above) as object, { [name]: { later: 'hiddenend' } })
        for (const who of [scene, asOwner(scene)]) {
          expect(bytesSeen({ ...who, report }, way)).not.toContain('hiddenend')
        }
      }),
      runs,
    )
  })

  test('nobody sees what the owner does not', () => {
    fc.assert(
      fc.property(anyScene, anyWay, (scene, way) => {
        const owner = bytesSeen(asOwner(scene), way)
        const bytes = bytesSeen(scene, way)
        for (const word of scene.words.values()) {
          if (has(bytes, word)) expect(has(owner, word)).toBe(true)
        }
      }),
      runs,
    )
  })

  test('more is never pushed than may be read', () => {
    fc.assert(
      fc.property(anyScene, (scene) => {
        const [read, push] = [bytesSeen(scene, 'read'), bytesSeen(scene, 'push')]
        for (const word of scene.words.values()) {
          if (has(push, word)) expect(has(read, word)).toBe(true)
        }
      }),
      runs,
    )
  })

  test('a view holds no empty part that would tell that something was there', () => {
    fc.assert(
      fc.property(anyScene, anyWay, (scene, way) => {
        const own = new Set(hollows(scene.report))
        const seen = hollows(JSON.parse(bytesSeen(scene, way)) ?? 'nothing')
        expect(seen.filter((place) => !own.has(place))).toEqual([])
      }),
      runs,
    )
  })

  test('the report itself stays as it was', () => {
    fc.assert(
      fc.property(anyScene, anyWay, (scene, way) => {
        const before = JSON.stringify(scene.report)
        bytesSeen(scene, way)
        expect(JSON.stringify(scene.report)).toBe(before)
      }),
      { numRuns: 50 },
    )
  })
})

function isMadeOfObjects({ report }: Scene, pointer: string): boolean {
  // What stands inside extensions is free to be a text.
  if (/^\/(?:extensions\/|markings)/.test(pointer)) return false
  const part = partAt(report, pointer)
  if (Array.isArray(part)) return part.some((item) => typeof item === 'object')
  return typeof part === 'object'
}

/** Where empty objects, empty lists and nulls stand; entries of lists may have moved. */
function hollows(value: unknown, at = ''): string[] {
  if (value === null) return [`${at} null`]
  if (typeof value !== 'object') return []
  const entries = Object.entries(value)
  if (entries.length === 0) return [`${at} ${JSON.stringify(value)}`]
  return entries.flatMap(([key, member]) =>
    hollows(member, Array.isArray(value) ? at : `${at}/${key}`),
  )
}
