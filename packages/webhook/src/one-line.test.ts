import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { oneLine } from './one-line.ts'

test('keeps a short line as it is', () => {
  expect(oneLine('TLS failed (CERT_HAS_EXPIRED)')).toBe('TLS failed (CERT_HAS_EXPIRED)')
})

test('makes of any text one line without control characters, of 200 characters at most', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300, size: 'max' }), (text) => {
      const line = oneLine(text)
      expect(line.length).toBeLessThanOrEqual(200)
      expect(line).not.toMatch(/\p{C}|\n|\r|\u2028|\u2029/u)
    }),
    { numRuns: 50 },
  )
})

test.each([198, 199, 200])('does not cut a character in two after %i others', (others) => {
  expect(oneLine(`${'x'.repeat(others)}🗼🗼🗼`).isWellFormed()).toBe(true)
})
