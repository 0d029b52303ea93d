// Whatever is done to the trail by somebody who may do anything in the database is found and named.

import { auditHash, readChainHeads } from '@renkei/db'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeTestTrail, type TestTrail } from './test-trail.ts'
import { verifyDatabase } from './verify-database.ts'

let trail: TestTrail

beforeEach(async () => {
  trail = await makeTestTrail()
})
afterEach(() => trail.drop())

describe('verification names', () => {
  beforeEach(() => trail.write(6))

  test('the entry of which one byte was changed', async () => {
    await trail.tamper(`UPDATE audit_entries SET action = 'report.reae' WHERE seq = 3`)
    expect(await trail.broken()).toMatchObject([{ auditId: 'write-3', what: 'contentChanged' }])
  })

  test.each([
    ['organisation_id', `NULL`],
    ['detail', `'{"fields" :["state"],"audience":"peer"}'`],
    ['object_ids', `'{}'`],
    ['at', `at + interval '1 microsecond'`],
    ['object_owner', `''`],
    ['hash', `sha256(hash)`],
  ])('the entry whose %s was changed', async (column, value) => {
    await trail.tamper(`UPDATE audit_entries SET ${column} = ${value} WHERE seq = 4`)
    expect(await trail.broken()).toMatchObject([{ auditId: 'write-4', what: 'contentChanged' }])
  })

  test('the entry after one that was changed with a new hash of its own', async () => {
    await trail.tamper(`UPDATE audit_entries SET action = 'x.y' WHERE seq = 3`)
    const forged = (await trail.entries()).find(({ seq }) => seq === 3)
    const hash = auditHash(forged!)
    await trail.tamper(`UPDATE audit_entries SET hash = decode('${hash}', 'hex') WHERE seq = 3`)
    expect(await trail.broken()).toMatchObject([{ auditId: 'write-4', what: 'linkBroken' }])
  })

  test('an entry that was deleted', async () => {
    await trail.tamper(`DELETE FROM audit_entries WHERE seq = 3`)
    expect(await trail.broken()).toMatchObject([{ auditId: 'write-3', what: 'missing' }])
  })

  test('the first entries that were deleted', async () => {
    await trail.tamper(`DELETE FROM audit_entries WHERE seq <= 2`)
    expect(await trail.broken()).toMatchObject([{ auditId: 'write-1', what: 'missing' }])
  })

  test('a pair that was swapped', async () => {
    for (const [from, to] of [
      [3, 99],
      [4, 3],
      [99, 4],
    ]) {
      await trail.tamper(`UPDATE audit_entries SET seq = ${to} WHERE seq = ${from}`)
    }
    expect(await trail.broken()).toMatchObject([{ auditId: 'write-3', what: 'outOfOrder' }])
  })

  test('a tail that was cut off, by the head', async () => {
    await trail.tamper(`DELETE FROM audit_entries WHERE seq > 4`)
    expect(await trail.broken()).toMatchObject([{ auditId: 'write-5', what: 'missing' }])
  })

  test('a tail that was cut off together with the head, by an anchor kept elsewhere', async () => {
    const anchors = await readChainHeads(trail.db)
    await trail.tamper(`DELETE FROM audit_entries WHERE seq > 4;
      UPDATE audit_heads h SET seq = 4, prev_hash = e.prev_hash, hash = e.hash
      FROM audit_entries e WHERE e.seq = 4 AND h.chain = 'write'`)
    expect(await trail.broken()).toEqual([])
    const [verified] = await verifyDatabase(trail.db, anchors)
    expect(verified?.broken).toMatchObject({ auditId: 'write-5', what: 'missing' })
    await trail.write(3)
    const [grown] = await verifyDatabase(trail.db, anchors)
    expect(grown?.broken).toMatchObject({ auditId: 'write-6', what: 'linkBroken' })
  })

  test('an entry beyond the head, which the trigger did not write', async () => {
    await trail.tamper(`INSERT INTO audit_entries SELECT chain, 7, at, organisation_id, key_id, request_id,
      address, action, object_type, object_ids, object_owner, detail, hash, sha256('x')
      FROM audit_entries WHERE seq = 6`)
    expect(await trail.broken()).toMatchObject([{ auditId: 'write-7' }])
  })
})
