import type { FastifyRequest } from 'fastify'
import { describe, expect, test } from 'vitest'
import { addressOf, isCidr, makeTrust, sourceOf } from './source-address.ts'

describe('a proxy is trusted', () => {
  const trusts = makeTrust(['10.0.0.0/8', '192.0.2.7/32', 'fd00::/8'])
  test.each([
    ['10.1.2.3', true],
    ['::ffff:10.1.2.3', true],
    ['192.0.2.7', true],
    ['192.0.2.8', false],
    ['fd00::1', true],
    ['2001:db8::1', false],
    ['junk', false],
    ['', false],
    [undefined, false],
  ])('%s: %s', (address, trusted) => {
    expect(trusts(address)).toBe(trusted)
  })

  test('never when none is named', () => {
    expect(makeTrust([])('127.0.0.1')).toBe(false)
  })
})

test.each([
  ['10.0.0.0/8', true],
  ['::1/128', true],
  ['10.0.0.0', false],
  ['10.0.0.0/33', false],
  ['*', false],
])('%s is a network: %s', (text, expected) => {
  expect(isCidr(text)).toBe(expected)
})

describe('a source is', () => {
  test.each([
    ['203.0.113.5', '203.0.113.5'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['unknown', 'unknown'],
  ])('of %s: %s', (address, source) => {
    expect(sourceOf(address)).toBe(source)
  })
})

describe('the address of a caller', () => {
  const request = (ip: string, remoteAddress?: string) =>
    ({ ip, socket: { remoteAddress } }) as FastifyRequest

  test('is written in one way', () => {
    expect(addressOf(request('::ffff:203.0.113.5'))).toBe('203.0.113.5')
  })

  test('is that of the connection when a proxy hands on what is no address', () => {
    expect(addressOf(request('<script>', '10.0.0.1'))).toBe('10.0.0.1')
    expect(addressOf(request('_hidden'))).toBe('unknown')
  })
})
