import { expect, test } from 'vitest'
import { jsonDepthMax, jsonEntriesMax, rawJsonFaults } from './raw-json.ts'

test('takes any JSON within the limits', () => {
  const value = {
    a: [1, -9007199254740991, 0.1, null, true, 'é 𠮷 \u202E'],
    'b/~c': { '': 'x' },
    d: nested(jsonDepthMax - 1),
  }
  expect(rawJsonFaults(value)).toEqual([])
})

test.each([
  { what: 'NUL in a string', value: ['a\0'], fault: '/0 text.unicode' },
  { what: 'half a surrogate pair', value: { a: '\udc00' }, fault: '/a text.unicode' },
  {
    what: 'a number beyond all numbers',
    value: { a: JSON.parse('1e400') },
    fault: '/a number.exact',
  },
  {
    what: 'a whole number beyond 2^53',
    value: [JSON.parse('9007199254740993')],
    fault: '/0 number.exact',
  },
  { what: 'NUL in a name', value: { 'a\0': 1 }, fault: '/a\0 text.unicode' },
  {
    what: 'half a surrogate pair in a name',
    value: { '\ud800': 1 },
    fault: '/\ufffd text.unicode',
  },
  {
    what: 'a name that reaches for the prototype',
    value: JSON.parse('{"__proto__":1}'),
    fault: '/__proto__ member.reserved',
  },
  { what: 'a name without end', value: { a: { ['x'.repeat(129)]: 1 } }, fault: '/a limit.name' },
  {
    what: 'one level too many',
    value: nested(jsonDepthMax + 1),
    fault: `${'/0'.repeat(jsonDepthMax)} limit.depth`,
  },
  {
    what: 'a list too long',
    value: { a: Array(jsonEntriesMax + 1).fill(1) },
    fault: '/a limit.entries',
  },
  { what: 'an object too wide', value: wide(jsonEntriesMax + 1), fault: ' limit.entries' },
])('refuses $what', ({ value, fault }) => {
  expect(rawJsonFaults(value).map(({ pointer, rule }) => `${pointer} ${rule}`)).toEqual([fault])
})

test('takes a list and an object of exactly the limit', () => {
  expect(rawJsonFaults([Array(jsonEntriesMax).fill(1), wide(jsonEntriesMax)])).toEqual([])
})

function nested(levels: number): unknown {
  return levels === 0 ? 'x' : [nested(levels - 1)]
}

function wide(members: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: members }, (_, index) => [`m${index}`, index]))
}
