// Opens connections, and only to addresses that the guard allows. The check sits in the socket's
// own name lookup, so the address that is checked is the one that is connected to, and an open
// connection cannot be turned to another address by a change in DNS.

import type { LookupFunction } from 'node:net'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import { callbackify } from 'node:util'
import { buildConnector } from 'undici'
import type { AddressGuard } from './address-guard.ts'
import type { ClientIdentity } from './client-certificate.ts'
import { TargetError } from './fault.ts'
import type { HostAddress, Names } from './names.ts'

export interface ConnectorDeps {
  readonly guard: AddressGuard
  readonly names: Names
  readonly timeoutMs: number
  /** PEM certificates trusted besides those that Node trusts. */
  readonly caCertificates: readonly string[]
  /** What is shown to a receiver that asks who we are. */
  readonly identity?: ClientIdentity
}

const attemptTimeoutMs = 1_000

/** Makes a connector for undici that fails with a `TargetError` where the guard forbids. */
export function createConnector(deps: ConnectorDeps): buildConnector.connector {
  const connectSecurely = buildConnector({
    ...socketOptions(deps, true),
    // One context for all: reading the authorities costs more than the rest of a connection.
    secureContext: secureContext(deps),
  })
  const connectPlainly = buildConnector(socketOptions(deps, false))
  return (options, callback) => {
    const secure = options.protocol === 'https:'
    const connect = secure ? connectSecurely : connectPlainly
    connect(options, (...answer) => {
      const [error, socket] = answer
      if (error !== null) {
        deps.names.distrust(options.hostname)
        callback(error, null)
        return
      }
      const why = whyNotTo(socket.remoteAddress, deps.guard, secure)
      if (why === null) {
        callback(null, socket)
        return
      }
      socket.destroy()
      callback(why, null)
    })
  }
}

function secureContext({ caCertificates, identity }: ConnectorDeps): SecureContext {
  return createSecureContext({
    // Without authorities of its own a context shares those of Node with all others.
    ...(caCertificates.length > 0 && {
      ca: [...getCACertificates('default'), ...caCertificates],
    }),
    ...(identity && { cert: identity.chain, key: identity.key }),
  })
}

function socketOptions(deps: ConnectorDeps, secure: boolean) {
  return {
    allowH2: false,
    timeout: deps.timeoutMs,
    autoSelectFamily: true,
    // Node gives up one address before it tries the next, and a congested network is slow.
    autoSelectFamilyAttemptTimeout: attemptTimeoutMs,
    lookup: guardedLookup(deps, secure),
  }
}

function guardedLookup(deps: ConnectorDeps, secure: boolean): LookupFunction {
  const lookup = callbackify((hostname: string) => allowedAddresses(deps, hostname, secure))
  return (hostname, options, callback) => {
    lookup(hostname, (error, addresses) => {
      if (error) callback(error, [])
      else if (options.all) callback(null, [...addresses])
      else callback(null, addresses[0].address, addresses[0].family)
    })
  }
}

async function allowedAddresses(
  { guard, names }: ConnectorDeps,
  hostname: string,
  secure: boolean,
): Promise<readonly [HostAddress, ...HostAddress[]]> {
  const addresses = await names.addressesOf(hostname).catch((error: unknown) => {
    throw new TargetError('name-unresolved', codeOf(error))
  })
  const whys = addresses.map(({ address }) => guard.whyBlocked(address, secure))
  const [first, ...others] = addresses.filter((_, index) => whys[index] === null)
  if (first) return [first, ...others]
  names.distrust(hostname)
  const [why] = whys
  // The kind of address, not the address: a subscriber must not read our name servers through us.
  if (why) throw new TargetError('address-blocked', why)
  throw new TargetError('name-unresolved', 'no addresses')
}

// The lookup is not called for an address in the URL, and a check that trusts another check is
// no check: what counts is where the socket has arrived.
function whyNotTo(address: string | undefined, guard: AddressGuard, secure: boolean): Error | null {
  if (address === undefined) {
    return Object.assign(new Error('closed while connecting'), { code: 'ECONNRESET' })
  }
  const why = guard.whyBlocked(address, secure)
  return why === null ? null : new TargetError('address-blocked', why)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
