// What an agreement does to what is seen: it adds and never takes away, and when it is not in force it
// is as if it were not there.

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fieldSets, type Share } from '../sharing/share.ts'
import { labels } from '../../test/planted-report.ts'
import { anyScene, anyShare, bytesSeen, now, openShare, type Scene } from '../../test/scene.ts'
import { audienceOf } from '../../test/second-statement.ts'

const runs = { numRuns: 200 }
const anyWay = fc.constantFrom('read', 'push')
type Way = 'read' | 'push'

function wordsSeen(scene: Scene, way: Way): string[] {
  const bytes = bytesSeen(scene, way)
  return [...scene.words.values()].filter((word) => bytes.includes(`"${word}"`))
}

function expectNoMore(scene: Scene, than: Scene, way: Way): void {
  const more = new Set(wordsSeen(than, way))
  expect(wordsSeen(scene, way).filter((word) => !more.has(word))).toEqual([])
}

describe('an agreement', () => {
  test('takes nothing away', () => {
    fc.assert(
      fc.property(anyScene, anyWay, (scene, way) => {
        expectNoMore({ ...scene, agreed: undefined }, scene, way)
      }),
      runs,
    )
  })

  test('opens no less when one of its terms is wider', () => {
    fc.assert(
      fc.property(anyScene, anyShare, anyWay, fc.nat(), (scene, agreed, way, pick) => {
        const wider = widenings[pick % widenings.length]!(agreed)
        expectNoMore({ ...scene, agreed }, { ...scene, agreed: wider }, way)
      }),
      { numRuns: 500 },
    )
  })

  test.each<[string, Partial<Share>]>([
    ['before its first instant', { validFrom: new Date(now.getTime() + 1) }],
    ['at its last instant', { validUntil: now }],
    ['after it', { validUntil: new Date(now.getTime() - 1) }],
  ])('%s is as if there were none', (_, validity) => {
    fc.assert(
      fc.property(anyScene, anyShare, anyWay, (scene, share, way) => {
        const over = { ...scene, agreed: { ...share, ...validity } }
        const bytes = bytesSeen({ ...scene, agreed: undefined }, way)
        expect(bytesSeen(over, way)).toBe(bytes)
      }),
      runs,
    )
  })

  test('opens at its first instant', () => {
    fc.assert(
      fc.property(anyScene, anyWay, (scene, way) => {
        const open = (validFrom: Date) =>
          bytesSeen({ ...scene, agreed: { ...openShare, validFrom } }, way)
        expect(open(now)).toBe(open(new Date(0)))
      }),
      { numRuns: 100 },
    )
  })

  test('opens no set but those that it names', () => {
    fc.assert(
      fc.property(anyScene, fc.constantFrom(...fieldSets), (scene, named) => {
        const agreed = (sets: Share['fieldSets']) => ({
          ...scene,
          agreed: { ...openShare, fieldSets: sets },
        })
        const core = new Set(wordsSeen(agreed([]), 'read'))
        const added = wordsSeen(agreed([named]), 'read').filter((word) => !core.has(word))
        const places = [...scene.words].filter(([, word]) => added.includes(word))
        // With all that reasons rest on the reasons come, too.
        const others = places.filter(([at]) => !/^\/level\/(?:reasons|ruleIds)\//.test(at))
        expect(others.filter(([at]) => !setPlaces[named].test(at))).toEqual([])
      }),
      runs,
    )
  })

  test('opens all of a set to its label, whatever the positive list says', () => {
    fc.assert(
      fc.property(anyScene, fc.constantFrom(...fieldSets), (scene, named) => {
        if (audienceOf(scene) === 'public' || audienceOf(scene) === 'owner') return
        const seen = wordsSeen({ ...scene, agreed: { ...openShare, fieldSets: [named] } }, 'read')
        const set = [...scene.words].filter(([at]) => setPlaces[named].test(at))
        expect(set.filter(([, word]) => !seen.includes(word))).toEqual([])
      }),
      runs,
    )
  })
})

describe('of a leak', () => {
  const anyLeak = anyScene.map((scene) => ({
    ...scene,
    facts: { ...scene.facts, kinds: ['leak'] },
  }))

  test('only authorities, those whose information it is and who has agreed on leaks see anything', () => {
    fc.assert(
      fc.property(anyLeak, anyWay, (scene, way) => {
        const { facts, viewer, agreed } = scene
        if (bytesSeen(scene, way) === 'null') return
        const mayKnow =
          ['owner', 'regulator'].includes(audienceOf(scene)) ||
          facts.owners.includes(viewer.organisationId) ||
          agreed?.kinds?.includes('leak')
        expect(mayKnow).toBe(true)
        expect(audienceOf(scene)).not.toBe('public')
      }),
      runs,
    )
  })

  test('no agreement lets the public know', () => {
    fc.assert(
      fc.property(anyLeak, anyWay, (scene, way) => {
        if (audienceOf(scene) !== 'public') return
        expect(bytesSeen({ ...scene, agreed: openShare }, way)).toBe('null')
      }),
      runs,
    )
  })

  test('an agreement on everything that does not name leaks tells nothing of them', () => {
    const { kinds: _, ...all } = openShare
    fc.assert(
      fc.property(anyLeak, anyWay, (scene, way) => {
        const bytes = bytesSeen({ ...scene, agreed: undefined }, way)
        expect(bytesSeen({ ...scene, agreed: all }, way)).toBe(bytes)
        const named = { ...all, kinds: ['fault', 'cyber'] }
        expect(bytesSeen({ ...scene, agreed: named }, way)).toBe(bytes)
      }),
      runs,
    )
  })
})

const widenings: readonly ((share: Share) => Share)[] = [
  (share) => ({ ...share, tlpMax: labels[labels.indexOf(share.tlpMax) + 1] ?? 'TLP:RED' }),
  (share) => ({ ...share, minLevel: 0 }),
  (share) => ({ ...share, fieldSets }),
  (share) => ({ ...share, validFrom: new Date(0) }),
  (share) => ({ ...share, validUntil: new Date(now.getTime() + 1000) }),
  (share) => ({ ...share, kinds: ['fault', 'cyber', 'leak'] }),
  ({ services: _, ...share }) => share,
  ({ prefectures: _, ...share }) => share,
]

const setPlaces: Record<Share['fieldSets'][number], RegExp> = {
  contacts: /^\/contacts\//,
  traffic: /^\/traffic\//,
  controls: /^\/(?:controls|reRegistration)\//,
  interconnect: /^\/interconnect\//,
  plans: /^\/(?:window|demand)\//,
  sensitive: /^\/sensitive\//,
  extensions: /^\/extensions\//,
}
