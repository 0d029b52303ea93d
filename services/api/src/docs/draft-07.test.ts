import { expect, test } from 'vitest'
import { toDraft07 } from './draft-07.ts'

test('what stands beside a reference is kept, at any depth', () => {
  const schema = { properties: { level: { $ref: '#/a', maximum: 3, allOf: [{ minimum: 1 }] } } }
  expect(toDraft07(schema)).toEqual({
    properties: { level: { maximum: 3, allOf: [{ $ref: '#/a' }, { minimum: 1 }] } },
  })
})

test('a reference that stands alone stays as it is', () => {
  expect(toDraft07({ items: { $ref: '#/a' } })).toEqual({ items: { $ref: '#/a' } })
})

test('what depends on another member is said in the words of draft-07', () => {
  expect(toDraft07({ dependentRequired: { a: ['b'] } })).toEqual({ dependencies: { a: ['b'] } })
})

test('examples and constants that look like schemas are left alone', () => {
  const schema = {
    const: { $ref: 1, a: 2 },
    examples: [{ dependentRequired: {}, $ref: 'x', b: 1 }],
  }
  expect(toDraft07(schema)).toEqual(schema)
})
