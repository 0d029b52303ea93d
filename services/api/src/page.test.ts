import { expect, test } from 'vitest'
import { pageOf } from './page.ts'

test.each([
  [[], { items: [] }],
  [['a'], { items: ['a'] }],
  [['a', 'b'], { items: ['a', 'b'] }],
  [['a', 'b', 'c'], { items: ['a', 'b'], next: '<b>' }],
])('a page of two out of %j names its last item only when there is more', (rows, page) => {
  expect(pageOf<string>(rows, 2, (row) => `<${row}>`)).toEqual(page)
})
