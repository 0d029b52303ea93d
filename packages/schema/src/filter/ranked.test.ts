import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { joinRanked, ranked, visibleCodes } from './ranked.ts'

test.each([
  ['TLP:CLEAR', '13@0'],
  ['TLP:GREEN', '13@1'],
  ['TLP:AMBER', '13@2'],
  ['TLP:AMBER+STRICT', '13@3'],
  ['TLP:RED', '13@4'],
  ['TLP:ORANGE', '13@4'],
])('a code under %s is written %s', (tlp, expected) => {
  expect(ranked('13', tlp)).toBe(expected)
})

describe('lists that are joined', () => {
  test('keep each code once, under the widest label, in order', () => {
    expect(joinRanked(['27@1', '13@4'], ['13@2', '01@0'], ['13@3'])).toEqual([
      '01@0',
      '13@2',
      '27@1',
    ])
    expect(joinRanked(['13@2'], ['13@2', '13@1'])).toEqual(['13@1'])
    expect(joinRanked([], [])).toEqual([])
  })

  const list = fc.array(
    fc.tuple(fc.constantFrom('00', '13', 'sms', 'a@b'), fc.nat(4)).map(([c, r]) => `${c}@${r}`),
  )

  test('are the same in whatever order and however often they are joined', () => {
    fc.assert(
      fc.property(list, list, (a, b) => {
        const joined = joinRanked(a, b)
        expect(joinRanked(b, a)).toEqual(joined)
        expect(joinRanked(joined, a, b)).toEqual(joined)
      }),
    )
  })

  test('show up to any rank exactly the codes that one of them shows', () => {
    fc.assert(
      fc.property(list, list, fc.nat(4), (a, b, rank) => {
        const either = new Set([...visibleCodes(a, rank), ...visibleCodes(b, rank)])
        expect(new Set(visibleCodes(joinRanked(a, b), rank))).toEqual(either)
      }),
    )
  })
})

test('the codes up to a rank are those under that label or a wider one', () => {
  const list = ['00@4', '13@0', '14@1', '27@2']
  expect([0, 1, 2, 3, 4].map((rank) => visibleCodes(list, rank))).toEqual([
    ['13'],
    ['13', '14'],
    ['13', '14', '27'],
    ['13', '14', '27'],
    ['00', '13', '14', '27'],
  ])
})
