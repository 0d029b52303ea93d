import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { guardCell, unguardCell } from './guard.ts'

test.each(['=1+1', '+81-3-0000-0000', '-1', '@SUM(A1)', '\tx', '\rx', '＝1', '＋1', '－1', '＠x'])(
  '%j comes out as text',
  (text) => {
    expect(guardCell(text)).toBe(`'${text}`)
  },
)

test('no cell comes out that a spreadsheet would compute, and each comes back as it was', () => {
  const start = fc.array(fc.constantFrom("'", '=', '+', '-', '@', '\t', '＝', 'a', ''), {
    maxLength: 4,
  })
  fc.assert(
    fc.property(start, fc.string({ unit: 'binary' }), (parts, rest) => {
      const text = parts.join('') + rest
      const cell = guardCell(text)
      expect(cell).not.toMatch(/^[=+\-@\t\r＝＋－＠]/)
      expect(unguardCell(cell)).toBe(text)
    }),
  )
})

test('a number that was typed without a guard is taken as it is', () => {
  expect(unguardCell('+81-3-0000-0000')).toBe('+81-3-0000-0000')
  expect(unguardCell("'90s desk")).toBe("'90s desk")
})
