import { expect, test } from 'vitest'
import { createAddressGuard } from './address-guard.ts'

const strict = createAddressGuard([])

// Both ends of every blocked range that does not touch another one.
const blocked = words(`
  0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.0 127.0.0.1
  127.255.255.255 168.63.129.16 169.254.0.0 169.254.169.254 169.254.255.255 172.16.0.0
  172.31.255.255 192.0.0.0 192.0.0.255 192.0.2.0 192.0.2.255 192.88.99.0 192.88.99.255
  192.168.0.0 192.168.255.255 198.18.0.0 198.19.255.255 198.51.100.0 198.51.100.255
  203.0.113.0 203.0.113.255 224.0.0.0 239.255.255.255 240.0.0.0 255.255.255.254
  255.255.255.255 :: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1
  64:ff9b::808:808 64:ff9b:1::1 100::1 1fff:ffff::1 2001::1 2001:0:5ef5:79fb::
  2001:1ff:ffff::1 2001:db8::1 2001:db8:ffff::1 2002::1 2002:7f00:1:: 3fff::1 3fff:fff:ffff::1
  4000::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%lo fec0::1 ff02::1
  ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
`)

const open = words(`
  1.0.0.0 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
  168.63.129.15 168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0
  191.255.255.255 192.0.1.0 192.0.1.255 192.0.3.0 192.88.98.255 192.88.100.0 192.167.255.255
  192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0
  223.255.255.255 2000::1 2001:200::1 2001:db7:ffff::1 2001:db9::1 2001:4860:4860::8888
  2003::1 2400::1 3ffe:ffff::1 3fff:1000::1
`)

test.each(blocked)('blocks %s and says what it is', (address) => {
  expect(strict.whyBlocked(address, true)).toMatch(/^[a-zA-Z0-9 ()-]+$/)
})

test.each(open)('allows %s over https, and no exception no http', (address) => {
  expect(strict.whyBlocked(address, true)).toBeNull()
  expect(strict.whyBlocked(address, false)).toContain('plain http')
  expect(strict.allowsHttp).toBe(false)
})

test.each(['', 'localhost', '127.1', '1.2.3', '::g', '127.0.0.1/8', '[::1]', '0x7f.0.0.1'])(
  'blocks %j, which is no address in plain form',
  (address) => {
    expect(strict.whyBlocked(address, true)).toBe('not an address')
  },
)

test('allows the exceptions of the operator, by http too, and nothing beside them', () => {
  const guard = createAddressGuard(['10.20.0.0/16', '127.0.0.1', 'fd12:3456::/32', '8.8.8.8'])
  for (const address of ['10.20.0.0', '10.20.255.255', '127.0.0.1', 'fd12:3456:1::1', '8.8.8.8']) {
    expect(guard.whyBlocked(address, true)).toBeNull()
    expect(guard.whyBlocked(address, false)).toBeNull()
  }
  for (const address of ['10.19.255.255', '10.21.0.0', '127.0.0.2', 'fd12:3457::1', '::1']) {
    expect(guard.whyBlocked(address, true)).not.toBeNull()
  }
  expect(guard.whyBlocked('9.9.9.9', false)).toContain('plain http')
})

test('does not let an exception for IPv4 open its mapped or translated IPv6 forms', () => {
  const guard = createAddressGuard(['127.0.0.0/8', '0.0.0.0/0'])
  for (const address of ['::ffff:127.0.0.1', '::7f00:1', '64:ff9b::7f00:1', '2002:7f00:1::']) {
    expect(guard.whyBlocked(address, true)).not.toBeNull()
  }
})

test.each([
  '',
  'localhost',
  '10.0.0.0/33',
  '::/129',
  '10.0.0.0/',
  '10.0.0.0/8/8',
  '10.0.0.0/-1',
  '10/8',
])('refuses %j as an exception', (cidr) => {
  expect(() => createAddressGuard([cidr])).toThrow(RangeError)
})

function words(text: string): string[] {
  return text.trim().split(/\s+/)
}
