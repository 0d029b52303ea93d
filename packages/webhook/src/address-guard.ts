// Which addresses we connect to. A subscriber chooses the URL, so without this guard it could use
// us to reach what only we can reach. Source: IANA special-purpose address registries
// (RFC 6890, RFC 8190).

import { BlockList, isIP } from 'node:net'

export interface AddressGuard {
  /** True when plain http may be used to at least some address. */
  readonly allowsHttp: boolean
  /** What kind of address it is that it is out of bounds; null when it is allowed. */
  whyBlocked(address: string, secure: boolean): string | null
}

const blockedRanges: readonly (readonly [cidr: string, words: string])[] = [
  ['0.0.0.0/8', 'this network (RFC 791)'],
  ['10.0.0.0/8', 'private (RFC 1918)'],
  ['100.64.0.0/10', 'shared by carrier NAT (RFC 6598)'],
  ['127.0.0.0/8', 'loopback (RFC 1122)'],
  ['168.63.129.16/32', 'the host service of Azure'],
  ['169.254.0.0/16', 'link-local (RFC 3927)'],
  ['172.16.0.0/12', 'private (RFC 1918)'],
  ['192.0.0.0/24', 'for protocols (RFC 6890)'],
  ['192.0.2.0/24', 'for documentation (RFC 5737)'],
  ['192.88.99.0/24', '6to4 relay (RFC 7526)'],
  ['192.168.0.0/16', 'private (RFC 1918)'],
  ['198.18.0.0/15', 'for benchmarks (RFC 2544)'],
  ['198.51.100.0/24', 'for documentation (RFC 5737)'],
  ['203.0.113.0/24', 'for documentation (RFC 5737)'],
  ['224.0.0.0/4', 'multicast (RFC 5771)'],
  ['255.255.255.255/32', 'broadcast (RFC 919)'],
  ['240.0.0.0/4', 'reserved (RFC 1112)'],
  // Of IPv6 only 2000::/3 is given out; what lies below it maps or translates IPv4.
  ['::/128', 'unspecified (RFC 4291)'],
  ['::1/128', 'loopback (RFC 4291)'],
  ['::ffff:0:0/96', 'mapped IPv4 (RFC 4291)'],
  ['64:ff9b::/96', 'translated IPv4 (RFC 6052)'],
  ['64:ff9b:1::/48', 'translated IPv4 (RFC 8215)'],
  ['fc00::/7', 'private (RFC 4193)'],
  ['fe80::/10', 'link-local (RFC 4291)'],
  ['ff00::/8', 'multicast (RFC 4291)'],
  ['::/3', 'not global unicast (RFC 4291)'],
  ['4000::/2', 'not global unicast (RFC 4291)'],
  ['8000::/1', 'not global unicast (RFC 4291)'],
  ['2001::/32', 'Teredo (RFC 4380)'],
  ['2001:db8::/32', 'for documentation (RFC 3849)'],
  ['2001::/23', 'for protocols (RFC 2928)'],
  ['2002::/16', '6to4 (RFC 3056)'],
  ['3fff::/20', 'for documentation (RFC 9637)'],
]

/**
 * Makes the guard. Addresses in `allowedCidrs` are allowed whatever they are, and only to them
 * plain http is. Throws on what is neither an address nor a CIDR range.
 */
export function createAddressGuard(allowedCidrs: readonly string[]): AddressGuard {
  const blocked = blockedRanges.map(([cidr, words]) => ({ ...readCidr(cidr), words }))
  const allowed = allowedCidrs.map(readCidr)
  return {
    allowsHttp: allowed.length > 0,
    whyBlocked(address, secure) {
      const version = isIP(address)
      if (version === 0) return 'not an address'
      if (allowed.some((range) => range.holds(address, version))) return null
      const found = blocked.find((range) => range.holds(address, version))
      if (found) return found.words
      return secure ? null : "not among the operator's exceptions for plain http"
    },
  }
}

interface CidrRange {
  holds(address: string, version: number): boolean
}

function readCidr(cidr: string): CidrRange {
  const [network = '', bits, ...rest] = cidr.split('/')
  const version = isIP(network)
  const bitsMax = version === 4 ? 32 : 128
  const prefix = bits === undefined ? bitsMax : Number(/^\d{1,3}$/.test(bits) ? bits : Number.NaN)
  if (version === 0 || rest.length > 0 || !(prefix <= bitsMax)) {
    throw new RangeError(`"${cidr}" is neither an address nor a CIDR range`)
  }
  const family = version === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  list.addSubnet(network, prefix, family)
  // A BlockList takes an IPv4 address for its mapped IPv6 form, and the other way about; here
  // each version is judged by its own ranges only.
  return { holds: (address, its) => its === version && list.check(address, family) }
}
