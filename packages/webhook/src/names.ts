// Addresses of host names. An outage often takes name servers with it, and one dead zone can hold
// the few threads that resolve names for everybody. So the last good answer is kept: it serves
// while a new one is read in the background, and while there is none (as in RFC 8767).

import { lookup } from 'node:dns/promises'
import { BoundedCache } from './bounded-cache.ts'

export interface HostAddress {
  readonly address: string
  readonly family: number
}

/** Resolves a host name to all its addresses; rejects with an error that has a `code`. */
export type ResolveName = (hostname: string) => Promise<readonly HostAddress[]>

export interface Names {
  addressesOf: ResolveName
  /** Says that the addresses of a name did not serve: the next question waits for a new answer. */
  distrust(hostname: string): void
}

interface Entry {
  addresses: readonly HostAddress[]
  readAtMs: number
  trusted: boolean
}

export interface NamesOptions {
  readonly resolve: ResolveName
  /** A monotonic clock in milliseconds. */
  readonly nowMs: () => number
}

const freshMs = 30_000
const servedMs = 3_600_000
const keptMs = 24 * 3_600_000
const namesMax = 10_000

// The name is gone, as opposed to a name server that does not answer: the old answer ends too.
const goneCodes: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'ENODATA'])

/** Asks the system, as every other program on this machine does: hosts file, search list, DNS. */
export const resolveBySystem: ResolveName = (hostname) =>
  lookup(hostname, { all: true, order: 'verbatim' })

/** Makes the memory of names; rejects as `resolve` does when there is no answer, old or new. */
export function createNames({ resolve, nowMs }: NamesOptions): Names {
  const entries = new BoundedCache<Entry>(namesMax)
  const asked = new Map<string, Promise<readonly HostAddress[]>>()

  const ask = async (hostname: string) => {
    try {
      const addresses = await resolve(hostname)
      entries.set(hostname, { addresses, readAtMs: nowMs(), trusted: true })
      return addresses
    } catch (error) {
      if (goneCodes.has(codeOf(error))) entries.delete(hostname)
      throw error
    } finally {
      asked.delete(hostname)
    }
  }
  const askOnce = (hostname: string) => {
    const underWay = asked.get(hostname)
    if (underWay) return underWay
    const answer = ask(hostname)
    asked.set(hostname, answer)
    return answer
  }

  return {
    async addressesOf(hostname) {
      const entry = entries.get(hostname)
      const ageMs = nowMs() - (entry?.readAtMs ?? Number.NEGATIVE_INFINITY)
      if (!entry || ageMs > keptMs) return askOnce(hostname)
      if (!entry.trusted || ageMs > servedMs) {
        return askOnce(hostname).catch((error: unknown) => {
          if (goneCodes.has(codeOf(error))) throw error
          return entry.addresses
        })
      }
      if (ageMs > freshMs) askOnce(hostname).catch(() => undefined)
      return entry.addresses
    },
    distrust(hostname) {
      const entry = entries.get(hostname)
      if (entry) entry.trusted = false
    },
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
