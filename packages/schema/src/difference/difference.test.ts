// The difference is tried on the published vectors: every leaf of the older document is a word of its
// own, so that each change can be found by its bytes and by its place.

import { readdirSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Change, difference } from './difference.ts'

type Json = Record<string, unknown>

const folder = new URL('../../vectors/valid/', import.meta.url)
const vectors = readdirSync(folder)
  .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Json)
  .filter((vector) => JSON.stringify(vector).length < 10_000)
const anyVector = fc.constantFrom(...vectors)

const read = (document: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((at, token) => (at as Json)[token], document)

const escaped = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1')

function leaves(value: unknown, pointer = ''): string[] {
  if (typeof value !== 'object' || value === null) return [pointer]
  return Object.entries(value).flatMap(([key, member]) =>
    leaves(member, `${pointer}/${escaped(key)}`),
  )
}

function mapLeaves(
  value: unknown,
  change: (leaf: unknown, pointer: string) => unknown,
  pointer = '',
): unknown {
  if (typeof value !== 'object' || value === null) return change(value, pointer)
  if (Array.isArray(value))
    return value.map((item, at) => mapLeaves(item, change, `${pointer}/${at}`))
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      mapLeaves(member, change, `${pointer}/${escaped(key)}`),
    ]),
  )
}

/** A document whose leaves are words of their own, and the same with some of them replaced. */
const planted = fc
  .tuple(anyVector, fc.array(fc.nat(), { minLength: 1, maxLength: 6 }))
  .map(([vector, picks]) => {
    const pointers = leaves(vector)
    const older = mapLeaves(vector, (_, pointer) => `old ${pointer} end`)
    const touched = new Set(picks.map((pick) => pointers[pick % pointers.length]!))
    const newer = mapLeaves(older, (leaf, pointer) =>
      touched.has(pointer) ? `new ${pointer} end` : leaf,
    )
    return { older, newer, touched }
  })

const holds = (value: unknown, word: string) =>
  JSON.stringify(value ?? null).includes(JSON.stringify(word))

function expectSoundPlaces(changes: readonly Change[], older: unknown, newer: unknown): void {
  for (const { pointer, change, from, to } of changes) {
    if (change === 'removed') expect(read(older, pointer)).toEqual(from)
    else expect(read(newer, pointer)).toEqual(to)
  }
}

test('equal documents have no difference', () => {
  fc.assert(
    fc.property(anyVector, (vector) => {
      expect(difference(vector, structuredClone(vector))).toEqual([])
    }),
  )
})

test('every leaf that changed is told with what it was and what it is, at its place', () => {
  fc.assert(
    fc.property(planted, ({ older, newer, touched }) => {
      const changes = difference(older, newer)
      expectSoundPlaces(changes, older, newer)
      for (const pointer of touched) {
        const told = changes.filter(({ to }) => holds(to, `new ${pointer} end`))
        expect(told).toHaveLength(1)
        expect(`${pointer}/`).toContain(`${told[0]!.pointer}/`)
        expect(changes.filter(({ from }) => holds(from, `old ${pointer} end`))).toHaveLength(1)
      }
    }),
  )
})

test('nothing is told of what neither changed nor stands in a part that came or went', () => {
  fc.assert(
    fc.property(planted, ({ older, newer, touched }) => {
      const changed = difference(older, newer).filter(({ change }) => change === 'changed')
      expect(changed.every(({ pointer }) => touched.has(pointer))).toBe(true)
    }),
  )
})

test('any two documents: the way there and the way back tell the same', () => {
  fc.assert(
    fc.property(anyVector, anyVector, (older, newer) => {
      const there = difference(older, newer)
      const back = difference(newer, older)
      expectSoundPlaces(there, older, newer)
      expectSoundPlaces(back, newer, older)
      const count = (changes: readonly Change[], kind: string) =>
        changes.filter(({ change }) => change === kind).length
      expect(count(there, 'added')).toBe(count(back, 'removed'))
      expect(count(there, 'removed')).toBe(count(back, 'added'))
      expect(count(there, 'changed')).toBe(count(back, 'changed'))
    }),
  )
})

test('the order of entries that say what they are about is no difference', () => {
  fc.assert(
    fc.property(anyVector, (vector) => {
      const turned = (value: unknown): unknown => {
        if (Array.isArray(value)) return value.map(turned).toReversed()
        if (typeof value !== 'object' || value === null) return value
        return Object.fromEntries(
          Object.entries(value).map(([key, member]) => [key, turned(member)]),
        )
      }
      // Entries alike in what they are about are told apart by their order; the vectors have none.
      expect(difference(vector, turned(vector))).toEqual([])
    }),
  )
})

describe('entries of a list are matched by what they are about', () => {
  const impact = (service: string, value: number) => ({
    service,
    effect: 'degraded',
    users: { value, qualifier: 'about' },
  })

  test('an impact put first is added, and the others stay', () => {
    const older = { impacts: [impact('sms', 10), impact('email', 20)] }
    const newer = { impacts: [impact('isp', 5), impact('sms', 10), impact('email', 25)] }
    expect(difference(older, newer)).toEqual([
      { pointer: '/impacts/0', change: 'added', to: impact('isp', 5) },
      { pointer: '/impacts/2/users/value', change: 'changed', from: 20, to: 25 },
    ])
  })

  test('what went from an entry that moved is told at its place in the older revision', () => {
    const older = { impacts: [{ ...impact('sms', 10), from: '2026-07-30T09:15:00+09:00' }] }
    const newer = { impacts: [impact('isp', 5), impact('sms', 10)] }
    expect(difference(older, newer)).toEqual([
      { pointer: '/impacts/0', change: 'added', to: impact('isp', 5) },
      { pointer: '/impacts/0/from', change: 'removed', from: '2026-07-30T09:15:00+09:00' },
    ])
  })

  test('an impact of another effect is another impact', () => {
    const older = { impacts: [impact('sms', 10)] }
    const newer = { impacts: [{ ...impact('sms', 10), effect: 'unavailable' }] }
    expect(difference(older, newer).map(({ change }) => change)).toEqual(['added', 'removed'])
  })

  test('entries alike are told apart by their order', () => {
    const contacts = (...names: string[]) => ({
      contacts: names.map((name) => ({ role: 'incident', name })),
    })
    expect(difference(contacts('A', 'B', 'C'), contacts('X', 'B', 'Y'))).toEqual([
      { pointer: '/contacts/0/name', change: 'changed', from: 'A', to: 'X' },
      { pointer: '/contacts/2/name', change: 'changed', from: 'C', to: 'Y' },
    ])
  })

  test('plain values come and go by themselves', () => {
    expect(difference({ numbers: ['110', '118'] }, { numbers: ['118', '119'] })).toEqual([
      { pointer: '/numbers/1', change: 'added', to: '119' },
      { pointer: '/numbers/0', change: 'removed', from: '110' },
    ])
  })
})

describe('values of other kinds', () => {
  test.each([
    [
      'a text that became a number',
      { a: '1' },
      { a: 1 },
      [{ pointer: '/a', change: 'changed', from: '1', to: 1 }],
    ],
    [
      'a part that became a text',
      { a: { b: 1 } },
      { a: 'x' },
      [{ pointer: '/a', change: 'changed', from: { b: 1 }, to: 'x' }],
    ],
    [
      'a list that became a part',
      { a: [1] },
      { a: { 0: 1 } },
      [{ pointer: '/a', change: 'changed', from: [1], to: { 0: 1 } }],
    ],
    ['null that went', { a: null }, {}, [{ pointer: '/a', change: 'removed', from: null }]],
    [
      'names that need escapes',
      { 'a/b~c': 1 },
      { 'a/b~c': 2 },
      [{ pointer: '/a~1b~0c', change: 'changed', from: 1, to: 2 }],
    ],
    [
      'names that the language knows',
      {},
      { constructor: 1, toString: 2 },
      [
        { pointer: '/constructor', change: 'added', to: 1 },
        { pointer: '/toString', change: 'added', to: 2 },
      ],
    ],
  ])('%s', (_, older, newer, changes) => {
    expect(difference(older, newer)).toEqual(changes)
  })
})
