import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createAddressGuard } from './address-guard.ts'
import { readTarget } from './target-url.ts'

const strict = createAddressGuard([])
const withLoopback = createAddressGuard(['127.0.0.0/8'])

type Bytes = readonly [number, number, number, number]

// First byte, fixed second byte if any: enough of each range to draw addresses from.
const blockedRanges = [
  [0],
  [10],
  [100, 64],
  [100, 127],
  [127],
  [169, 254],
  [172, 16],
  [172, 31],
  [192, 168],
  [198, 18],
  [224],
  [240],
  [255],
] as const

const byte = fc.integer({ min: 0, max: 255 })
const blockedAddress: fc.Arbitrary<Bytes> = fc
  .tuple(fc.constantFrom(...blockedRanges), byte, byte, byte)
  .map(([[first, second], b, c, d]) => [first, second ?? b, c, d])
const openAddress: fc.Arbitrary<Bytes> = fc
  .tuple(fc.integer({ min: 11, max: 99 }), byte, byte, byte)
  .map(([a, b, c, d]) => [a, b, c, d])

const numeral = fc.constantFrom(
  (value: number) => String(value),
  (value: number) => `0x${value.toString(16)}`,
  (value: number) => `0X000${value.toString(16).toUpperCase()}`,
  (value: number) => `0${value.toString(8)}`,
  (value: number) => `000${value.toString(8)}`,
)
const script = fc.constantFrom(
  (text: string) => text,
  (text: string) => text.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  (text: string) => text.replaceAll('.', '。'),
  (text: string) => text.replaceAll('.', '．'),
  (text: string) => encodeURIComponent(text).replaceAll('.', '%2e'),
  (text: string) => text.replaceAll(/\d/g, (digit) => `%3${digit}`),
  (text: string) => `${text}.`,
)

// An IPv4 address in 1 to 4 parts, each in any base, as inet_aton has read it since 1983.
const ipv4Spelling = (address: fc.Arbitrary<Bytes>) =>
  fc
    .tuple(
      address,
      fc.integer({ min: 1, max: 4 }),
      fc.array(numeral, { minLength: 4, maxLength: 4 }),
      script,
    )
    .map(([bytes, parts, numerals, write]) => {
      const last = bytes.slice(parts - 1).reduce((value, next) => value * 256 + next, 0)
      const values = [...bytes.slice(0, parts - 1), last]
      return write(values.map((value, index) => numerals[index]!(value)).join('.'))
    })

// The ways in which an IPv6 address carries an IPv4 address.
const ipv6Spelling = (address: fc.Arbitrary<Bytes>) => {
  const pair = (a: number, b: number) => (a * 256 + b).toString(16)
  return fc
    .tuple(address, fc.integer({ min: 0, max: 7 }), fc.boolean())
    .map(([[a, b, c, d], form, upper]) => {
      const hex = `${pair(a, b)}:${pair(c, d)}`
      const dotted = [a, b, c, d].join('.')
      const forms = [
        `::ffff:${hex}`,
        `::ffff:${dotted}`,
        `0:0:0:0:0:ffff:${hex}`,
        `::${hex}`,
        `::${dotted}`,
        `64:ff9b::${hex}`,
        `64:ff9b:1::${dotted}`,
        `2002:${hex}::1`,
      ]
      const text = forms[form]!
      return `[${upper ? text.toUpperCase() : text}]`
    })
}

test('refuses every spelling of a blocked address', () => {
  const spelling = fc.oneof(ipv4Spelling(blockedAddress), ipv6Spelling(blockedAddress))
  fc.assert(
    fc.property(spelling, (host) => {
      const target = readTarget(`https://${host}/hook`, strict)
      expect(target).toMatchObject({ ok: false })
    }),
    { numRuns: 5_000 },
  )
})

test('refuses IPv6 forms of an address even when it is open', () => {
  fc.assert(
    fc.property(ipv6Spelling(openAddress), (host) => {
      expect(readTarget(`https://${host}/`, strict)).toMatchObject({ rule: 'target.address' })
    }),
  )
})

test('reads every spelling of an open address as the same address', () => {
  fc.assert(
    fc.property(ipv4Spelling(openAddress), (host) => {
      const target = readTarget(`https://${host}/hook`, strict)
      expect(target.ok && new URL(target.origin).hostname).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
    }),
  )
})

test('takes an https URL with a host name, and keeps port, path and query', () => {
  expect(readTarget('https://noc.carrier.example:8443/hooks/a?b=c#d', strict)).toEqual({
    ok: true,
    origin: 'https://noc.carrier.example:8443',
    path: '/hooks/a?b=c',
  })
})

test.each([
  ['', 'target.url'],
  ['noc.carrier.example', 'target.url'],
  ['https://', 'target.url'],
  ['https://1.2.3.256/', 'target.url'],
  ['https://[fe80::1%25eth0]/', 'target.url'],
  [`https://noc.carrier.example/${'x'.repeat(2_048)}`, 'target.url'],
  ['http://noc.carrier.example/', 'target.scheme'],
  ['ftp://noc.carrier.example/', 'target.scheme'],
  ['file:///etc/passwd', 'target.scheme'],
  ['javascript:alert(1)', 'target.scheme'],
  ['https://user@noc.carrier.example/', 'target.credentials'],
  ['https://user:password@noc.carrier.example/', 'target.credentials'],
  ['https://:password@noc.carrier.example/', 'target.credentials'],
  ['https://127.0.0.1/', 'target.address'],
  ['https:\\\\127.0.0.1\\', 'target.address'],
  [' https://[::1]:8443/\n', 'target.address'],
])('refuses %j by rule %s', (url, rule) => {
  expect(readTarget(url, strict)).toMatchObject({ ok: false, rule })
})

test('does not repeat a password from a URL', () => {
  const target = readTarget('https://user:hunter2@noc.carrier.example/', strict)
  expect(JSON.stringify(target)).not.toContain('hunter2')
})

test('takes http to an exception of the operator, and to a host name that may resolve to one', () => {
  expect(readTarget('http://127.0.0.1:8080/', withLoopback).ok).toBe(true)
  expect(readTarget('http://peer.example/', withLoopback).ok).toBe(true)
  expect(readTarget('http://8.8.8.8/', withLoopback)).toMatchObject({ rule: 'target.address' })
})
