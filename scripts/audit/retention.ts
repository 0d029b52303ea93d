// Retention: whole months that are older than what must be kept go, and an entry says so. A trail that
// does not verify keeps everything, since a month that is gone could hide what was done to it.

import { randomUUID } from 'node:crypto'
import { type Db, dropAuditMonths, type Retention } from '@renkei/db'
import { keepMonthsMin } from './removed.ts'
import { verifyDatabase } from './verify-database.ts'
import type { Verified } from './verify-chain.ts'

export type Retained =
  | { readonly verified: readonly Verified[]; readonly broken: true }
  | { readonly verified: readonly Verified[]; readonly broken: false; readonly gone?: Retention }

/** Removes what is older than so many whole months; refuses to keep less than `keepMonthsMin`. */
export async function retain(db: Db, keepMonths: number, now: Date): Promise<Retained> {
  if (!Number.isInteger(keepMonths) || keepMonths < keepMonthsMin) {
    throw new Error(`--keep-months must be ${keepMonthsMin} or more`)
  }
  const verified = await verifyDatabase(db, [], now)
  if (verified.some(({ broken }) => broken)) return { verified, broken: true }
  const keepFrom = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - keepMonths))
  const gone = await dropAuditMonths(db, { at: now, requestId: randomUUID(), keepFrom })
  return { verified, broken: false, ...(gone && { gone }) }
}
