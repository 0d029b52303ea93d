// Whoever owns the tables can delete entries and write that retention did. Verification does not
// believe it, unless it can have been retention; and then it says so.

import { appendAudit, readChainHeads, retentionAction } from '@renkei/db'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { printVerified } from './print.ts'
import { retain } from './retention.ts'
import { access, makeTestTrail, type TestTrail } from './test-trail.ts'
import { verifyDatabase } from './verify-database.ts'

let trail: TestTrail

beforeEach(async () => {
  trail = await makeTestTrail()
})
afterEach(() => trail.drop())

const old = '2023-03-31T23:00:00.000000Z'
const now = new Date()

interface Attack {
  readonly from: number
  readonly to: number
  readonly members?: object
  readonly at?: Date
}

// Deletes entries of the chain of changes, and says that retention did.
async function remove({ from, to, members = {}, at = now }: Attack): Promise<void> {
  const last = (await trail.entries()).find(({ chain, seq }) => chain === 'write' && seq === to)
  await trail.tamper(`DELETE FROM audit_entries
    WHERE chain = 'write' AND seq BETWEEN ${from} AND ${to}`)
  const removed = [{ chain: 'write', from, to, lastHash: last?.hash, ...members }]
  const { objectIds: _, ...entry } = access()
  await trail.db.transaction().execute((tx) =>
    appendAudit(tx, {
      ...entry,
      at,
      action: retentionAction,
      objectType: 'audit',
      objectId: '',
      detail: { removed },
    }),
  )
}

const aged = { since: old, until: old }
const recent = { since: now.toISOString(), until: now.toISOString() }

describe('entries that were deleted are missing', () => {
  beforeEach(() => trail.write(6))

  test.each<[string, Attack]>([
    ['mid-chain', { from: 3, to: 4 }],
    ['at the beginning', { from: 1, to: 1 }],
    ['at the end', { from: 6, to: 6 }],
  ])('although retention is said to have removed them: %s', async (_, attack) => {
    await remove(attack)
    expect(await trail.broken()).toMatchObject([
      { auditId: `write-${attack.from}`, what: 'missing' },
    ])
  })

  test.each<[string, Attack, string]>([
    ['with their real instants', { from: 1, to: 2, members: recent }, '24 whole months'],
    [
      'from the future',
      { from: 1, to: 2, members: recent, at: new Date(now.getTime() + 3 * 366 * 86_400_000) },
      'is to come',
    ],
    ['with the instant of an old one', { from: 3, to: 4, members: aged }, 'before it is younger'],
    ['from the new to the old', { from: 1, to: 1, members: { ...recent, until: old } }, 'months'],
    [
      'without an instant that is one',
      { from: 1, to: 1, members: { ...aged, until: 'x' } },
      'next',
    ],
  ])('although that says it %s', async (_, attack, detail) => {
    await remove(attack)
    const found = { auditId: `write-${attack.from}`, what: 'missing' }
    expect(await trail.broken()).toMatchObject([
      { ...found, detail: expect.stringContaining(detail) },
    ])
  })

  test('when they or what follows them were anchored', async () => {
    const [anchored] = await readChainHeads(trail.db)
    const entries = await trail.entries()
    await remove({ from: 1, to: 2, members: aged })
    for (const seq of [1, 2]) {
      const anchor = { chain: 'write', seq, hash: entries[seq - 1]!.hash } as const
      const [verified] = await verifyDatabase(trail.db, [anchor])
      expect(verified?.broken).toMatchObject({
        auditId: 'write-1',
        what: 'missing',
        detail: expect.stringContaining(`write-${seq} was anchored`),
      })
    }
    const [verified] = await verifyDatabase(trail.db, [anchored!])
    expect(verified?.broken).toBeUndefined()
  })
})

test('some entries of a month are missing when others of it are there', async () => {
  await trail.write(4, { at: new Date('2023-03-20T00:00:00Z') })
  await trail.write(1)
  await remove({ from: 1, to: 2, members: aged })
  expect(await trail.broken()).toMatchObject([
    { auditId: 'write-1', detail: expect.stringContaining('write-3 is of that month') },
  ])
})

test('what retention did remove verifies, and is said', async () => {
  await trail.sql(`SELECT make_audit_partition('2023-03-01')`)
  await trail.write(3, { at: new Date(old) })
  await trail.write(2)
  const [anchor] = await readChainHeads(trail.db)
  expect(await retain(trail.db, 24, now)).toMatchObject({ gone: { entries: 3 } })
  const said: string[] = []
  const verified = await verifyDatabase(trail.db, [anchor!])
  expect(printVerified(verified, (line) => said.push(line))).toBe(true)
  expect(said.slice(0, 2)).toEqual([
    `write: REMOVED 1 to 3 (3 entries, ${old} to ${old}),`,
    `  as write-6 of ${now.toISOString().replace('Z', '000Z')} says: was that retention you know of?`,
  ])
})
