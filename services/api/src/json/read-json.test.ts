import { expect, test } from 'vitest'
import { DomainError } from '../problem/domain-error.ts'
import { readJson } from './read-json.ts'

function faultOf(bytes: Buffer): { rule: string; pointer: string; detail: string } {
  try {
    readJson(bytes, 24)
  } catch (error) {
    if (error instanceof DomainError) return error.details.errors![0]!
  }
  throw new Error('not refused')
}

test('a document is read as it is', () => {
  expect(readJson(Buffer.from('{"a":["é","𠮷",1.5e3,null]}'), 24)).toEqual({
    a: ['é', '𠮷', 1500, null],
  })
})

test('a member named __proto__ stays a member of its own', () => {
  const value = readJson(Buffer.from('{"__proto__":{"admin":true}}'), 24)
  expect(Object.keys(value as object)).toEqual(['__proto__'])
  expect((value as { admin?: boolean }).admin).toBeUndefined()
})

test.each([
  ['nothing', Buffer.alloc(0), 'empty'],
  ['a byte that is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'utf8'],
  ['an encoded surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'utf8'],
  ['a byte order mark', Buffer.from('\ufeff{}'), 'byteOrderMark'],
  ['half a document', Buffer.from('{"a":'), 'syntax'],
  ['a word', Buffer.from('fault'), 'syntax'],
  ['a duplicate before the fault', Buffer.from('{"a":1,"a":'), 'duplicateMember'],
])('%s is refused as %3$s', (_, bytes, rule) => {
  expect(faultOf(bytes).rule).toBe(rule)
})

test('the place of a fault is told, the text is not', () => {
  const { detail } = faultOf(Buffer.from('{"key":"rk_secret" oops}'))
  expect(detail).toMatch(/character 19/)
  expect(detail).not.toMatch(/secret|oops/)
})
