// Old months go and say so; the trail as a file proves itself.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dropAuditMonths, readChainHeads, recordAccesses } from '@renkei/db'
import { waitFor } from '@renkei/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { verifyFile } from './audit-file.ts'
import { retain } from './retention.ts'
import { access, makeTestTrail, type TestTrail } from './test-trail.ts'
import { verifyDatabase } from './verify-database.ts'

let trail: TestTrail

beforeEach(async () => {
  trail = await makeTestTrail()
})
afterEach(() => trail.drop())

describe('retention', () => {
  const old = new Date('2023-03-10T00:00:00Z')
  const now = new Date()
  // May 2023 is not old enough yet.
  const then = new Date('2025-05-15T00:00:00Z')

  beforeEach(async () => {
    await trail.sql(`SELECT make_audit_partition(month) FROM unnest(
      '{2023-03-01,2023-04-01,2023-05-01}'::date[]) AS month`)
    await trail.write(3, { at: old })
    await recordAccesses(trail.db, [
      access({ at: old }),
      access({ at: new Date('2023-04-30T23:59:59Z') }),
    ])
    await trail.write(1, { at: new Date('2023-04-01T00:00:00Z') })
    // The next one was noted a little late: it stands in a month that goes after one that stays.
    await trail.write(1, { at: new Date('2023-05-01T00:00:00.002Z') })
    await trail.write(1, { at: new Date('2023-04-30T23:59:59.999Z') })
    await trail.write(2)
  })

  test('drops whole months, says so in the trail, and verification goes on from there', async () => {
    const retained = await retain(trail.db, 24, then)
    expect(retained).toMatchObject({
      broken: false,
      gone: { entries: 7, months: ['audit_entries_2023_03', 'audit_entries_2023_04'] },
    })
    expect(await verifyDatabase(trail.db)).toMatchObject([
      {
        chain: 'write',
        entries: 4,
        first: 5,
        last: { seq: 9 },
        broken: undefined,
        removed: [
          {
            from: 1,
            to: 4,
            saidBy: 'write-9',
            since: '2023-03-10T00:00:00.000000Z',
            until: '2023-04-01T00:00:00.000000Z',
          },
          { from: 6, to: 6, until: '2023-04-30T23:59:59.999000Z', saidBy: 'write-9' },
        ],
      },
      {
        chain: 'read',
        entries: 0,
        last: { seq: 2 },
        broken: undefined,
        removed: [{ from: 1, to: 2 }],
      },
    ])
    await trail.write(1)
    await recordAccesses(trail.db, [access()])
    expect(await trail.broken()).toEqual([])
    const [entry] = await trail.sql(`SELECT organisation_id, detail FROM audit_entries
      WHERE action = 'audit.retained'`)
    expect(entry).toMatchObject({ organisation_id: null, detail: { entries: 7 } })
  })

  test('a second time keeps to what the first one removed', async () => {
    await retain(trail.db, 24, then)
    await trail.write(1)
    expect(await retain(trail.db, 24, now)).toMatchObject({ gone: { entries: 1 } })
    expect(await verifyDatabase(trail.db)).toMatchObject([
      { removed: [{ from: 1, to: 6, until: '2023-05-01T00:00:00.002000Z' }], broken: undefined },
      { removed: [{ from: 1, to: 2 }], broken: undefined },
    ])
  })

  test('does not cover what somebody else deleted', async () => {
    await trail.tamper(`DELETE FROM audit_entries WHERE seq = 2 AND chain = 'write'`)
    expect(await retain(trail.db, 24, now)).toMatchObject({ broken: true })
    await dropAuditMonths(trail.db, {
      at: now,
      requestId: 'r',
      keepFrom: new Date('2023-04-01T00:00:00Z'),
    })
    expect(await trail.broken()).toMatchObject([{ auditId: 'write-2', what: 'missing' }])
  })

  describe('with a reader in the way', () => {
    const held = (work: () => Promise<void>) =>
      trail.db.transaction().execute(async (tx) => {
        await tx.selectFrom('audit_entries').select('seq').limit(1).execute()
        await work()
      })
    const drop = () =>
      dropAuditMonths(trail.db, {
        at: now,
        requestId: 'r',
        keepFrom: new Date('2023-04-01T00:00:00Z'),
      })
    const waits = () =>
      waitFor(async () => {
        const waiting =
          await trail.sql(`SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
          WHERE d.datname = current_database() AND NOT granted AND mode = 'AccessExclusiveLock'`)
        return waiting.length > 0
      })

    test('goes on when he has left', async () => {
      let dropped: ReturnType<typeof drop> | undefined
      await held(async () => {
        dropped = drop()
        await waits()
      })
      expect(await dropped).toMatchObject({ months: ['audit_entries_2023_03'] })
      expect(await trail.broken()).toEqual([])
    })

    test('lets entries through meanwhile, and gives up when he stays', async () => {
      await held(async () => {
        let isOver = false
        const dropped = drop().finally(() => (isOver = true))
        const refused = expect(dropped).rejects.toThrow('lock timeout')
        await waits()
        await trail.write(1)
        expect(isOver).toBe(false)
        await refused
      })
      expect(await trail.broken()).toEqual([])
      expect(await drop()).toMatchObject({ months: ['audit_entries_2023_03'] })
    })
  })

  test('keeps two years at least, and whatever is young enough', async () => {
    await expect(retain(trail.db, 23, now)).rejects.toThrow('24 or more')
    // March 2023 is the oldest month that there is.
    const since = (now.getUTCFullYear() - 2023) * 12 + now.getUTCMonth() - 2
    expect(await retain(trail.db, since, now)).toEqual({
      broken: false,
      verified: expect.any(Array),
    })
  })
})

describe('a file', () => {
  let folder: string
  let file: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'renkei-audit-'))
    file = join(folder, 'trail.ndjson')
    await trail.write(5)
    await recordAccesses(trail.db, [access(), access(), access()])
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  async function save(lines: readonly string[]): Promise<void> {
    await writeFile(file, lines.join(''))
  }

  test('verifies without the database, to the anchors', async () => {
    await save(await trail.lines())
    const anchors = await readChainHeads(trail.db)
    expect(await verifyFile(file, anchors)).toMatchObject([
      { chain: 'write', entries: 5, broken: undefined },
      { chain: 'read', entries: 3, broken: undefined },
    ])
  })

  test('of a part of the time verifies by itself', async () => {
    const from = new Date(Date.now() + 3_600_000)
    await trail.write(3, { at: from })
    await save(await trail.lines({ from }))
    expect(await verifyFile(file)).toMatchObject([
      { entries: 3, first: 6, broken: undefined },
      { entries: 0 },
    ])
  })

  test.each<[string, (lines: string[]) => string[], object]>([
    [
      'a changed line',
      (l) => l.with(2, l[2]!.replace('peer', 'owner')),
      { auditId: 'write-3', what: 'contentChanged' },
    ],
    ['a line that is missing', (l) => l.toSpliced(2, 1), { auditId: 'write-3', what: 'missing' }],
    [
      'two lines that were swapped',
      (l) => l.with(1, l[2]!).with(2, l[1]!),
      { auditId: 'write-2', what: 'missing' },
    ],
    [
      'a line that is there twice',
      (l) => l.toSpliced(2, 0, l[1]!),
      { auditId: 'write-2', what: 'outOfOrder' },
    ],
  ])('shows %s', async (_, change, found) => {
    await save(change(await trail.lines()))
    const [verified] = await verifyFile(file)
    expect(verified?.broken).toMatchObject(found)
  })

  test('that is none is refused with the line', async () => {
    await save([...(await trail.lines()), '{"chain":"write"}\n'])
    await expect(verifyFile(file)).rejects.toThrow(`${file}:9 is no entry`)
    expect(await readFile(file, 'utf8')).toContain('"auditId":"write-1"')
  })
})
