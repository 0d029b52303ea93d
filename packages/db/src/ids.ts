// Identifiers that sort by the time of their making (RFC 9562, UUID version 7).

import { randomFillSync } from 'node:crypto'
import { v7 } from 'uuid'

const randomBytesEach = 16
const last = { msecs: 0, seq: 0 }
const pool = { bytes: Buffer.alloc(randomBytesEach * 256), at: randomBytesEach * 256 }

/** Makes an identifier; later ones of this process are greater. */
export function newId(): string {
  const random = nextRandom()
  // oxlint-disable-next-line no-restricted-properties -- an identifier tells when it was made
  const msecs = Date.now()
  // Within a millisecond, or while the clock is behind, the sequence counts on from a random start.
  if (msecs > last.msecs) Object.assign(last, { msecs, seq: random.readUInt32BE(6) >>> 1 })
  else last.seq += 1
  return v7({ random, ...last })
}

// Asking the system for random bytes costs more than the rest: many identifiers share one answer.
function nextRandom(): Buffer {
  if (pool.at === pool.bytes.length) {
    randomFillSync(pool.bytes)
    pool.at = 0
  }
  pool.at += randomBytesEach
  return pool.bytes.subarray(pool.at - randomBytesEach, pool.at)
}
