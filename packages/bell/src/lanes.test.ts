import { expect, test } from 'vitest'
import { lanes } from './lanes.ts'

test('names the most urgent lane first', () => {
  expect(lanes[0]).toBe('level4')
  expect(new Set(lanes).size).toBe(lanes.length)
})
