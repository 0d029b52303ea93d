// Verifies the audit trail of a database: both chains from their beginning, or from where retention
// has left them, to their heads.

import {
  auditChains,
  type ChainHead,
  type Db,
  findChainRange,
  readChain,
  readChainHeads,
  readRetention,
} from '@renkei/db'
import { type Verified, verifyChain } from './verify-chain.ts'

/** Verifies both chains; `anchors` are places that were noted before, elsewhere. */
export async function verifyDatabase(
  db: Db,
  anchors: readonly ChainHead[] = [],
  now = new Date(),
): Promise<Verified[]> {
  const retention = await readRetention(db)
  const results: Verified[] = []
  for (const chain of auditChains) {
    // What is written meanwhile lies beyond the head that is read after it.
    const range = await findChainRange(db, chain)
    const heads = await readChainHeads(db)
    const last = Math.max(range?.last ?? 0, heads.find((head) => head.chain === chain)?.seq ?? 0)
    const entries = readChain(db, chain, { first: 1, last })
    const expected = { retention, heads, anchors, now, mayBeginLater: false }
    results.push(checkHead(await verifyChain(chain, entries, expected), heads))
  }
  return results
}

// Only the trigger moves the head: what lies beyond it was put there by other means.
function checkHead(verified: Verified, heads: readonly ChainHead[]): Verified {
  const { chain, last, broken } = verified
  const head = heads.find((one) => one.chain === chain)
  if (broken || !head || last.seq <= head.seq) return verified
  const seq = head.seq + 1
  const detail = 'it lies beyond the head of its chain: the trigger did not write it'
  return {
    ...verified,
    broken: { auditId: `${chain}-${seq}`, chain, seq, what: 'linkBroken', detail },
  }
}
