import { expect, test } from 'vitest'
import { withinAnswer } from './answer-size.ts'

const content = (text: string) => text

test('keeps what fits, in order, and everything when all does', () => {
  expect(withinAnswer(['aaaa', 'bbbb', 'cccc'], content, 12)).toEqual(['aaaa', 'bbbb'])
  expect(withinAnswer(['aaaa', 'bbbb', 'cccc'], content, 18)).toEqual(['aaaa', 'bbbb', 'cccc'])
  expect(withinAnswer([], content, 1)).toEqual([])
})

test('keeps the first, however large', () => {
  expect(withinAnswer(['a'.repeat(100), 'b'], content, 10)).toEqual(['a'.repeat(100)])
})
