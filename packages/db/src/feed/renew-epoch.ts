// A new name for the feed: after a restore its numbers are given again, to other events.

import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Tx } from '../open-database.ts'

/**
 * Gives the feed another epoch, so that no cursor from before is taken for one of now; resolves to
 * both. Services that run keep the old one until they start again.
 */
export async function renewEpoch(tx: Tx): Promise<{ before: string; after: string }> {
  // Who changed it meanwhile goes first.
  const { rows } = await sql<{ epoch: string }>`SELECT epoch FROM feed FOR UPDATE`.execute(tx)
  const before = rows[0]?.epoch
  if (before === undefined) throw new Error('the feed has no row')
  const after = randomUUID()
  await tx.updateTable('feed').set({ epoch: after }).execute()
  return { before, after }
}
