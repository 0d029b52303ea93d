// The reconciler beside everybody else: it holds nothing while it looks, and takes its locks in the
// order in which all others take theirs.

import { newId, reconcile } from '@renkei/db'
import { waitFor } from '@renkei/testkit'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openWorld, type World } from '../../../test/support/world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

const look = (at = new Date()) =>
  reconcile(world.db, {
    at,
    everyMs: 1000,
    stuckAfterMs: 60_000,
    recentMax: 100,
    chunkMax: 100,
    forgetNotifiersAfterMs: 3_600_000,
    elapsedMs: () => performance.now(),
  })

const waiters = async () => {
  const rows = await world.sql(
    `SELECT count(*)::int AS count FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  )
  return Number(rows[0]?.['count'])
}

/** Two deliveries of a subscription: one held for nothing, one in the hands of a notifier that is dead. */
async function plant() {
  const { subscriptionId } = await world.subscribe({ url: 'http://127.0.0.1:9/hook' })
  await world.sql(`INSERT INTO delivery_queue
    (seq, subscription_id, report_id, revision, lane, due_at, ordered, claimed_by) VALUES
    (1, '${subscriptionId}', NULL, NULL, 'retry', now(), false, '${newId()}'),
    (2, '${subscriptionId}', NULL, NULL, 'retry', 'infinity', false, NULL)`)
  return subscriptionId
}

test('what it has put right can be sent while it still looks', async () => {
  await plant()
  let looking: ReturnType<typeof look> | undefined
  await world.db.transaction().execute(async (tx) => {
    await sql`LOCK TABLE fan_outs IN ACCESS EXCLUSIVE MODE`.execute(tx)
    looking = look()
    await waitFor(async () => (await waiters()) === 1, { what: 'a look that waits' })
    const taken = await world.sql(
      `UPDATE delivery_queue SET attempts = 1 WHERE claimed_by IS NULL RETURNING seq`,
    )
    expect(new Set(taken.map(({ seq }) => Number(seq)))).toEqual(new Set([1, 2]))
  })
  expect((await looking)?.repairs).toMatchObject({ claims: 1, held: 1 })
})

test('whoever holds a subscription gets to its deliveries', async () => {
  const subscriptionId = await plant()
  let looking: ReturnType<typeof look> | undefined
  await world.db.transaction().execute(async (tx) => {
    await tx
      .selectFrom('subscriptions')
      .select('subscription_id')
      .where('subscription_id', '=', subscriptionId)
      .forUpdate()
      .execute()
    looking = look()
    await waitFor(async () => (await waiters()) === 1, { what: 'a look that waits' })
    await tx
      .updateTable('delivery_queue')
      .set({ reason: 'paused' })
      .where('subscription_id', '=', subscriptionId)
      .execute()
  })
  expect((await looking)?.repairs).toMatchObject({ claims: 1, held: 1 })
})

test('two that look at the same time are one that looks and one that does not', async () => {
  const at = new Date()
  const looks = await Promise.all([look(at), look(at)])
  expect(looks.filter((one) => one !== undefined)).toHaveLength(1)
})
