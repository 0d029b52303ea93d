// From where a request comes. Behind a proxy only the proxy knows; X-Forwarded-For is believed from
// the proxies that the operator names, and from nobody else.

import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import ipaddr from 'ipaddr.js'

export type Trusts = (address: string | undefined) => boolean

/** True for a network such as 10.0.0.0/8 or fd00::/8. */
export function isCidr(text: string): boolean {
  return ipaddr.isValidCIDR(text)
}

/** Makes the check of whether an address is one of the operator's proxies. */
export function makeTrust(cidrs: readonly string[]): Trusts {
  const networks = cidrs.map((cidr) => ipaddr.parseCIDR(cidr))
  return (address) => {
    if (address === undefined || !ipaddr.isValid(address)) return false
    // An IPv4 address that arrives on an IPv6 socket is still the IPv4 address.
    const parsed = ipaddr.process(address)
    return networks.some(([network, bits]) => {
      if (parsed.kind() !== network.kind()) return false
      return parsed.match([network, bits] as Parameters<typeof parsed.match>[0])
    })
  }
}

/** The address of the caller; that of the connection where a proxy hands on what is none. */
export function addressOf(request: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  const told = isIP(request.ip) ? request.ip : request.socket.remoteAddress
  return told && ipaddr.isValid(told) ? ipaddr.process(told).toString() : 'unknown'
}

/** What is counted as one source: an IPv4 address, or the /64 that one IPv6 host can fill. */
export function sourceOf(address: string): string {
  if (!ipaddr.IPv6.isValid(address)) return address
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/64`).toString()}/64`
}
