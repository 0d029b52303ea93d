// The chain on a real Postgres holds under writers at once, and nobody changes what stands in it.

import { appendAudit, makeAuditPartitions, recordAccesses } from '@renkei/db'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { access, makeTestTrail, partitionOf, type TestTrail } from './test-trail.ts'
import { verifyDatabase } from './verify-database.ts'

let trail: TestTrail

beforeEach(async () => {
  trail = await makeTestTrail()
})
afterEach(() => trail.drop())

describe('a chain', () => {
  test('stays gapless and verifiable under twenty writers at once', async () => {
    const writers = Array.from({ length: 20 }, async (_, writer) => {
      for (let round = 0; round < 5; round += 1) {
        await recordAccesses(
          trail.db,
          Array.from({ length: 3 }, (_unused, index) =>
            access({ requestId: `${writer}-${round}-${index}` }),
          ),
        )
        await trail.write(1, { requestId: `${writer}-${round}` })
      }
    })
    await Promise.all(writers)
    expect(await verifyDatabase(trail.db)).toMatchObject([
      { chain: 'write', entries: 100, first: 1, last: { seq: 100 }, broken: undefined },
      { chain: 'read', entries: 300, first: 1, last: { seq: 300 }, broken: undefined },
    ])
  })

  test('leaves no hole where a transaction was rolled back', async () => {
    await trail.write(1)
    const failed = trail.db.transaction().execute(async (tx) => {
      const { objectIds: _, ...entry } = access()
      await appendAudit(tx, { ...entry, objectId: 'x' })
      throw new Error('changed my mind')
    })
    await expect(failed).rejects.toThrow('changed my mind')
    await trail.write(1)
    expect(await verifyDatabase(trail.db)).toMatchObject([{ entries: 2, broken: undefined }, {}])
  })

  test('verifies whatever is empty, and every text', async () => {
    const nothing = { organisationId: null, keyId: null, address: null, objectOwner: null }
    const { detail: _, ...bare } = access()
    await recordAccesses(trail.db, [
      { ...bare, ...nothing, objectIds: [] },
      { ...bare, requestId: '' },
      access({ requestId: '1:2,:,' }),
    ])
    expect(await trail.broken()).toEqual([])
  })

  test('ignores a hash and a number that the writer brings', async () => {
    await trail.sql(`INSERT INTO audit_entries (chain, seq, at, request_id, action, object_type, prev_hash, hash)
      VALUES ('write', 77, now(), 'r', 'x.y', 'x', sha256('a'), sha256('b'))`)
    expect(await verifyDatabase(trail.db)).toMatchObject([
      { last: { seq: 1 }, broken: undefined },
      {},
    ])
  })
})

describe('a statement', () => {
  const insert = (chain: string, objectType: string) => `
    INSERT INTO audit_entries (chain, at, request_id, action, object_type)
    SELECT ${chain}, now(), 'r', 'x.y', ${objectType} FROM generate_series(1, 4) AS i`
  const forged = `'7 ${'ab'.repeat(32)}'`
  const set = (value: string) => `set_config('renkei.audit_write', ${value}, true)`

  test('may write into both chains in turns', async () => {
    await trail.sql(insert(`(CASE WHEN i % 2 = 0 THEN 'read' ELSE 'write' END)`, `'x'`))
    await trail.sql(insert(`'write'`, `'x'`))
    expect(await verifyDatabase(trail.db)).toMatchObject([
      { entries: 6, last: { seq: 6 }, broken: undefined },
      { entries: 2, last: { seq: 2 }, broken: undefined },
    ])
  })

  test.each([
    ['another hash from the first row on', insert(`'write'`, set(forged))],
    [
      'another hash from the third row on',
      insert(`'write'`, `CASE i WHEN 3 THEN ${set(forged)} ELSE 'x' END`),
    ],
    ['the head for every row', insert(`'write'`, set(`''`))],
    [
      'a number that was left out',
      insert(
        `'write'`,
        `CASE i WHEN 3 THEN ${set(
          `regexp_replace(current_setting('renkei.audit_write'), '^\\d+', '9')`,
        )} ELSE 'x' END`,
      ),
    ],
    ['what was set before it', `BEGIN; SELECT ${set(forged)}; ${insert(`'write'`, `'x'`)}; COMMIT`],
  ])('is refused when whoever inserts has its rows go on from %s', async (_, statement) => {
    await trail.write(1)
    await expect(trail.sql(statement)).rejects.toThrow(
      /do not go on from the end of the chain|duplicate key/,
    )
    await trail.write(1)
    expect(await verifyDatabase(trail.db)).toMatchObject([{ entries: 2, broken: undefined }, {}])
  })
})

describe('the append-only triggers', () => {
  test.each([
    'UPDATE audit_entries SET at = at',
    'DELETE FROM audit_entries',
    'TRUNCATE audit_entries',
    `UPDATE ${partitionOf(new Date())} SET at = at`,
    `DELETE FROM ${partitionOf(new Date())}`,
    `TRUNCATE ${partitionOf(new Date())}`,
    'TRUNCATE audit_entries_rest',
  ])('refuse the owner of the tables: %s', async (statement) => {
    await trail.write(1)
    await expect(trail.sql(statement)).rejects.toThrow('is append-only')
  })

  test('hold for a month that is made later', async () => {
    expect(await makeAuditPartitions(trail.db, 6)).toBe(3)
    const at = new Date()
    at.setUTCMonth(at.getUTCMonth() + 5, 2)
    await trail.write(1, { at })
    await expect(trail.sql(`DELETE FROM ${partitionOf(at)}`)).rejects.toThrow('append-only')
    await expect(trail.sql(`TRUNCATE ${partitionOf(at)}`)).rejects.toThrow('append-only')
  })
})

describe('partitions', () => {
  test('take the last instant of a month and of a year, and the first of the next', async () => {
    const instants = [
      '2026-11-30T23:59:59.999Z',
      '2026-12-01T00:00:00Z',
      '2026-12-31T23:59:59.999Z',
    ]
    await trail.sql(`SELECT make_audit_partition(month) FROM unnest(
      '{2026-11-01,2026-12-15,2027-01-01}'::date[]) AS month`)
    for (const at of [...instants, '2027-01-01T00:00:00Z'])
      await trail.write(1, { at: new Date(at) })
    const rows = await trail.sql(
      `SELECT tableoid::regclass::text AS name FROM audit_entries ORDER BY seq`,
    )
    expect(rows.map(({ name }) => String(name).replace('audit_entries_', ''))).toEqual([
      '2026_11',
      '2026_12',
      '2026_12',
      '2027_01',
    ])
    expect(await trail.broken()).toEqual([])
  })

  test('refuse no entry: what no month takes goes to the rest and stays there', async () => {
    const at = new Date('2031-05-05T00:00:00Z')
    await trail.write(2, { at })
    const rows = await trail.sql(`SELECT tableoid::regclass::text AS name FROM audit_entries`)
    expect(rows.map(({ name }) => name)).toEqual(['audit_entries_rest', 'audit_entries_rest'])
    const [made] = await trail.sql(`SELECT make_audit_partition('2031-05-01') AS made`)
    expect(made).toEqual({ made: false })
    expect(await trail.broken()).toEqual([])
  })
})
