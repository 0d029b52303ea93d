// Proves a chain of the audit trail, entry by entry, or names the first one that is not as it was
// written. It knows the entries and nothing of the database that they come from.

import {
  type AuditChain,
  auditHash,
  auditIdOf,
  type ChainedEntry,
  type ChainHead,
  firstPrevHash,
} from '@renkei/db'
import { type Claim, followRetention, type Place, type Removals, type Removed } from './removed.ts'

export interface Expected extends Claim {
  /** Where the chain goes to by what its database says itself. */
  readonly heads: readonly ChainHead[]
  /** A copy may begin anywhere; the trail itself begins at 1. */
  readonly mayBeginLater: boolean
}

export interface Broken {
  readonly auditId: string
  readonly chain: AuditChain
  readonly seq: number
  readonly what: 'contentChanged' | 'missing' | 'outOfOrder' | 'linkBroken'
  readonly detail: string
}

export interface Verified {
  readonly chain: AuditChain
  readonly entries: number
  /** What retention has removed, as far as that can be. */
  readonly removed: readonly Removed[]
  readonly first: number | undefined
  readonly last: Place
  readonly broken: Broken | undefined
}

/** Verifies the entries of one chain in the order in which they are given. */
export async function verifyChain(
  chain: AuditChain,
  entries: AsyncIterable<ChainedEntry> | Iterable<ChainedEntry>,
  expected: Expected,
): Promise<Verified> {
  const removals = followRetention(chain, expected)
  const anchors = [...expected.heads, ...expected.anchors].filter((one) => one.chain === chain)
  let last: Place = { seq: 0, hash: firstPrevHash }
  let first: number | undefined
  let count = 0
  const { removed } = removals
  const result = (broken?: Broken) => ({ chain, entries: count, removed, first, last, broken })
  for await (const entry of entries) {
    const before = first === undefined && expected.mayBeginLater ? placeBefore(entry) : last
    const broken = checkPlace(entry, before, removals) ?? checkContent(entry)
    if (broken) return result(broken)
    const anchor = anchors.find(({ seq }) => seq === entry.seq)
    if (anchor && anchor.hash !== entry.hash) {
      return result(name(entry, 'linkBroken', 'its hash is not the one that was anchored'))
    }
    removals.keep(entry)
    first ??= entry.seq
    count += 1
    last = { seq: entry.seq, hash: entry.hash }
  }
  const end = removals.skip(last)
  const gone = end.doubt ? { seq: last.seq + 1, doubt: end.doubt } : removals.notWhole()
  last = end.place
  if (gone) return result(name({ chain, seq: gone.seq }, 'missing', gone.doubt))
  return result(checkEnd(chain, last, anchors))
}

function placeBefore({ seq, prevHash }: ChainedEntry): Place {
  return { seq: seq - 1, hash: prevHash }
}

function checkPlace(entry: ChainedEntry, before: Place, removals: Removals): Broken | undefined {
  const { chain, seq, prevHash } = entry
  if (seq <= before.seq) {
    return name(entry, 'outOfOrder', `it stands after ${auditIdOf({ chain, seq: before.seq })}`)
  }
  const { place: reached, doubt } =
    seq === before.seq + 1 ? { place: before } : removals.skip(before)
  if (seq !== reached.seq + 1) {
    const gone = { chain, seq: reached.seq + 1 }
    return name(gone, 'missing', doubt ?? `the next one that is there is ${auditIdOf(entry)}`)
  }
  if (prevHash === reached.hash) return undefined
  const moved = placeOf(entry)
  if (moved !== undefined && moved !== seq) return wasMoved(entry, moved)
  return name(entry, 'linkBroken', 'it was not written after the entry that stands before it')
}

function checkContent(entry: ChainedEntry): Broken | undefined {
  if (auditHash(entry) === entry.hash) return undefined
  const moved = placeOf(entry)
  if (moved !== undefined) return wasMoved(entry, moved)
  return name(entry, 'contentChanged', 'its content does not give its hash')
}

function wasMoved(entry: ChainedEntry, seq: number): Broken {
  return name(entry, 'outOfOrder', `it was written as ${auditIdOf({ ...entry, seq })}`)
}

const lookedAround = 100

// The number under which an entry gives its hash, when it is one nearby.
function placeOf(entry: ChainedEntry): number | undefined {
  for (let by = 0; by <= lookedAround; by += 1) {
    for (const seq of [entry.seq + by, entry.seq - by]) {
      if (auditHash({ ...entry, seq }) === entry.hash) return seq
    }
  }
  return undefined
}

function checkEnd(
  chain: AuditChain,
  last: Place,
  anchors: readonly ChainHead[],
): Broken | undefined {
  const beyond = anchors.find(({ seq }) => seq > last.seq)
  if (beyond) {
    const gone = { chain, seq: last.seq + 1 }
    return name(
      gone,
      'missing',
      `the chain ends before it, and went to ${auditIdOf(beyond)} at least`,
    )
  }
  const differs = anchors.find(({ seq, hash }) => seq === last.seq && hash !== last.hash)
  return differs && name(differs, 'linkBroken', 'its hash is not the one that was anchored')
}

function name(
  { chain, seq }: Pick<ChainedEntry, 'chain' | 'seq'>,
  what: Broken['what'],
  detail: string,
): Broken {
  return { auditId: auditIdOf({ chain, seq }), chain, seq, what, detail }
}
