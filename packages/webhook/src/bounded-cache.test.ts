import { expect, test } from 'vitest'
import { BoundedCache } from './bounded-cache.ts'

test('forgets the oldest entry first and never holds more than its limit', () => {
  const cache = new BoundedCache<number>(2)
  cache.set('a', 1)
  cache.set('b', 2)
  cache.set('a', 3)
  cache.set('c', 4)
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([undefined, 2, 4])
  cache.delete('b')
  expect(cache.get('b')).toBeUndefined()
})
