import { describe, expect, test } from 'vitest'
import { isForeignCursor, toFeedFilter, toFeedPosition } from './feed-query.ts'

describe('the position', () => {
  test.each([
    ['0', 0],
    ['17', 17],
    ['0000000000000017', 17],
    ['9007199254740991', 9007199254740991],
  ])('of the cursor %s is %i', (after, position) => {
    expect(toFeedPosition({ after }, 5)).toBe(position)
  })

  test('without a cursor is what the address falls back to', () => {
    expect(toFeedPosition({}, 5)).toBe(5)
  })
})

describe('a cursor is foreign', () => {
  const tail = { epoch: () => 'e1', reaches: async (seq: number) => seq <= 10 }

  test.each([
    [{}, 10, false],
    [{}, 11, true],
    [{ epoch: 'e1' }, 10, false],
    [{ epoch: 'e2' }, 10, true],
    [{ epoch: 'e2' }, 0, true],
    [{}, Number('9999999999999999'), true],
  ])('%j at %i: %s', async (query, position, foreign) => {
    expect(await isForeignCursor(query, position, tail)).toBe(foreign)
  })

  test('only when the feed is known to be shorter: an unreadable feed is an error', async () => {
    const away = { epoch: () => 'e1', reaches: () => Promise.reject(new Error('away')) }
    await expect(isForeignCursor({}, 3, away)).rejects.toThrow('away')
  })
})

test('the filter has what the query names and nothing else', () => {
  expect(toFeedFilter({ after: '1', epoch: 'e' })).toEqual({})
  expect(toFeedFilter({ minLevel: 0 })).toEqual({ minLevel: 0 })
  expect(
    toFeedFilter({
      kind: ['fault'],
      minLevel: 3,
      service: ['sms'],
      prefecture: ['13'],
      organisation: ['example-mobile'],
      messageStatus: ['exercise'],
    }),
  ).toEqual({
    kinds: ['fault'],
    minLevel: 3,
    services: ['sms'],
    prefectures: ['13'],
    organisations: ['example-mobile'],
    messageStatuses: ['exercise'],
  })
})
