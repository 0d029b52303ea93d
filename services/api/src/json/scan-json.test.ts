import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scanJson } from './scan-json.ts'

const depthMax = 24

describe('a member name given twice is found, with its place', () => {
  test.each([
    ['{"a":1,"a":2}', '/a'],
    ['{"a":{"b":[0,{"c":1,"c":2}]}}', '/a/b/1/c'],
    ['{"a":1,"\\u0061":2}', '/a'],
    ['{"\\"":1,"\\u0022":2}', '/"'],
    ['{"":1,"":2}', '/'],
    ['{"a/b~c":1,"a/b~c":2}', '/a~1b~0c'],
    ['[[],[{"x":1,"x":1}]]', '/1/0/x'],
    ['{"__proto__":1,"__proto__":2}', '/__proto__'],
    [' { "a" : 1 , "a" : 2 } ', '/a'],
    ['{"a":"}","b":"{","a":1}', '/a'],
    ['{"a":"\\\\","a":1}', '/a'],
  ])('%s', (text, pointer) => {
    expect(scanJson(text, depthMax)).toMatchObject({ rule: 'duplicateMember', pointer })
  })
})

describe('a name is not taken for a duplicate', () => {
  test.each([
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":2}]',
    '{"a":"a","b":"a"}',
    '{"a":1,"A":2}',
    '{"a":["a","a"]}',
    '{"toString":1,"constructor":2,"__proto__":3}',
    '{"x":"\\"a\\":1,\\"a\\":2"}',
    '{"e\u0301":1,"\u00e9":2}',
  ])('%s', (text) => {
    expect(scanJson(text, depthMax)).toBeUndefined()
  })
})

test('a name without end is told in part', () => {
  const name = JSON.stringify('x'.repeat(1_000_000))
  const { pointer, detail } = scanJson(`{"a":{${name}:1,${name}:2}}`, depthMax)!
  expect(pointer).toBe(`/a/${'x'.repeat(128)}…`)
  expect(detail.length).toBeLessThan(300)
})

describe('nesting', () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

  test('of exactly the limit is taken, one more is found with its place', () => {
    expect(scanJson(nested(depthMax), depthMax)).toBeUndefined()
    expect(scanJson(nested(depthMax + 1), depthMax)).toMatchObject({
      rule: 'depth',
      pointer: '/0'.repeat(depthMax),
    })
  })

  test('of lists beside each other does not add up', () => {
    expect(scanJson(`[${'[],'.repeat(1000)}[]]`, 2)).toBeUndefined()
  })

  test('without end is found at the limit, however long the text', () => {
    expect(scanJson('['.repeat(1_000_000), depthMax)).toMatchObject({ rule: 'depth' })
    expect(scanJson('{"a":'.repeat(1_000_000), depthMax)).toMatchObject({ rule: 'depth' })
  })

  test('inside a string is no nesting', () => {
    expect(scanJson(JSON.stringify('['.repeat(1000)), depthMax)).toBeUndefined()
  })
})

test('every document that JSON.stringify writes is free of faults', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
      expect(scanJson(JSON.stringify(value), depthMax)).toBeUndefined()
    }),
  )
})

test('a member repeated anywhere in any document is found', () => {
  const place = fc.tuple(fc.jsonValue({ maxDepth: 3 }), fc.string({ unit: 'binary' }))
  fc.assert(
    fc.property(place, fc.jsonValue({ maxDepth: 3 }), ([value, name], before) => {
      const member = `${JSON.stringify(name)}:${JSON.stringify(value)}`
      const text = `[${JSON.stringify(before)},{${member},${member}}]`
      expect(scanJson(text, depthMax)).toMatchObject({ rule: 'duplicateMember' })
    }),
  )
})

test('any text at all is scanned to its end without a throw', () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom('{', '}', '[', ']', ':', ',', '"', '\\', 'u', '0', ' '),
        maxLength: 200,
      }),
      (text) => {
        expect(() => scanJson(text, depthMax)).not.toThrow()
      },
    ),
  )
})
