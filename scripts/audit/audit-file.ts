// The audit trail as a file: NDJSON, an entry a line with all that went into its hash, so that anyone
// can verify it with nothing else.

import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import {
  type AuditChain,
  auditChains,
  auditIdOf,
  type ChainedEntry,
  type ChainHead,
  type Db,
  findChainRange,
  readChain,
  retentionAction,
  type RetentionRecord,
  retentionRecord,
} from '@renkei/db'
import { type Verified, verifyChain } from './verify-chain.ts'

/** Writes the entries of a time as lines, chain by chain. */
export async function* exportLines(
  db: Db,
  time: { readonly from?: Date | undefined; readonly to?: Date | undefined },
): AsyncGenerator<string> {
  for (const chain of auditChains) {
    const range = await findChainRange(db, chain, time)
    if (!range) continue
    for await (const entry of readChain(db, chain, range)) {
      yield `${JSON.stringify({ auditId: auditIdOf(entry), ...entry })}\n`
    }
  }
}

/** Verifies a file: that its entries are as they were written, and none is missing between them. */
export async function verifyFile(
  path: string,
  anchors: readonly ChainHead[] = [],
  now = new Date(),
): Promise<Verified[]> {
  const retention = await findRetention(path)
  const results: Verified[] = []
  for (const chain of auditChains) {
    const expected = { retention, heads: [], anchors, now, mayBeginLater: true }
    results.push(await verifyChain(chain, readEntries(path, chain), expected))
  }
  return results
}

async function* readEntries(path: string, chain?: AuditChain): AsyncGenerator<ChainedEntry> {
  let number = 0
  for await (const line of createInterface({ input: createReadStream(path) })) {
    number += 1
    if (line.trim() === '') continue
    const entry = parseLine(line, `${path}:${number}`)
    if (chain === undefined || entry.chain === chain) yield entry
  }
}

function parseLine(line: string, place: string): ChainedEntry {
  try {
    const entry = JSON.parse(line) as ChainedEntry
    const isEntry =
      auditChains.includes(entry.chain) &&
      Number.isSafeInteger(entry.seq) &&
      typeof entry.prevHash === 'string' &&
      Array.isArray(entry.objectIds)
    if (isEntry) return entry
  } catch {
    // Said below, with the place.
  }
  throw new Error(`${place} is no entry of an audit trail`)
}

// The last entry of retention names every stretch that is missing.
async function findRetention(path: string): Promise<RetentionRecord | undefined> {
  let last: ChainedEntry | undefined
  for await (const entry of readEntries(path, 'write')) {
    if (entry.action === retentionAction) last = entry
  }
  return last && retentionRecord(last)
}
