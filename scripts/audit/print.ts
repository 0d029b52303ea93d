// What `npm run audit` says.

import { type AuditChain, auditChains, type ChainHead } from '@renkei/db'
import type { Verified } from './verify-chain.ts'

/** Says what was verified; gives whether all of it holds. */
export function printVerified(results: readonly Verified[], say: (line: string) => void): boolean {
  for (const { chain, entries, removed, first, last, broken } of results) {
    for (const gone of removed) {
      const { from, to, since, until, saidBy, saidAt } = gone
      say(`${chain}: REMOVED ${from} to ${to} (${to - from + 1} entries, ${since} to ${until}),`)
      say(`  as ${saidBy} of ${saidAt} says: was that retention you know of?`)
    }
    if (broken) {
      say(`${chain}: BROKEN at ${broken.auditId} (${words[broken.what]}): ${broken.detail}`)
    } else if (first === undefined) {
      say(`${chain}: no entries`)
    } else {
      say(`${chain}: ${entries} entries, ${first} to ${last.seq}, intact; ends with ${last.hash}`)
    }
  }
  return results.every(({ broken }) => broken === undefined)
}

const words = {
  contentChanged: 'content changed',
  missing: 'missing',
  outOfOrder: 'out of order',
  linkBroken: 'link broken',
} as const

/** Writes a place of a chain, to be kept elsewhere. */
export function writeAnchor({ chain, seq, hash }: ChainHead): string {
  return `${chain}:${seq}:${hash}`
}

/** Reads such a place; throws for anything else. */
export function readAnchor(text: string): ChainHead {
  const [, chain = '', seq = '', hash = ''] = /^(\w+):(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? []
  if (!auditChains.includes(chain as AuditChain)) {
    throw new Error(`${text} is no anchor: it looks like write:17:<64 hexadecimal digits>`)
  }
  return { chain: chain as AuditChain, seq: Number(seq), hash }
}
