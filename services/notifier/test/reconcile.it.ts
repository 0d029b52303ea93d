// The reconciler in a running notifier: each defect is planted by hand, its alarm fires and ends, and
// what can be put right is put right.

import { newId } from '@renkei/db'
import { type Receiver, startReceiver, waitFor } from '@renkei/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTestNotifier, type TestNotifier } from '../../../test/support/notifier.ts'
import { openWorld, type World } from '../../../test/support/world.ts'

let world: World
let receiver: Receiver
let notifiers: TestNotifier[]

beforeEach(async () => {
  notifiers = []
  ;[world, receiver] = await Promise.all([openWorld(), startReceiver()])
})
afterEach(async () => {
  await Promise.all(notifiers.map((notifier) => notifier.stop()))
  await Promise.all([receiver.close(), world.close()])
})

const start = async (env: Record<string, string> = {}) => {
  const notifier = await startTestNotifier(world.url, {
    RENKEI_SWEEP_MS: '50',
    RENKEI_RECONCILE_MS: '50',
    RENKEI_STUCK_AFTER_SECONDS: '60',
    ...env,
  })
  notifiers.push(notifier)
  return notifier
}

/** The value of a metric of a notifier, or nothing when it is not there. */
async function metric({ healthUrl }: TestNotifier, name: string): Promise<number | undefined> {
  const text = await (await fetch(`${healthUrl}/metrics`)).text()
  const line = text.split('\n').find((one) => one.startsWith(`${name} `))
  return line === undefined ? undefined : Number(line.slice(name.length + 1))
}

const until = (notifier: TestNotifier, name: string, value: number) =>
  waitFor(async () => (await metric(notifier, name)) === value, {
    timeoutMs: 15_000,
    everyMs: 20,
    what: `${name} ${value}`,
  })

/** A delivery that has ended. */
async function delivered() {
  await world.subscribe({ url: receiver.url('/hook') })
  const event = await world.accept({})
  await world.settled([event])
  return event
}

describe('an alarm fires, and ends when the defect is gone', () => {
  test('a ledger that owes more than there is', async () => {
    const notifier = await start()
    const { seq } = await delivered()
    await until(notifier, 'renkei_ledger_unbalanced', 0)
    await world.sql(`UPDATE fan_outs SET owed = owed + 1 WHERE seq = ${seq}`)
    await until(notifier, 'renkei_ledger_unbalanced', 1)
    await world.sql(`UPDATE fan_outs SET owed = owed - 1 WHERE seq = ${seq}`)
    await until(notifier, 'renkei_ledger_unbalanced', 0)
  })

  test('an event that nobody was asked about, long ago', async () => {
    const notifier = await start({ RENKEI_RECONCILE_EVENTS_MAX: '10' })
    const lost = await delivered()
    await world.settled(await world.acceptMany(30, {}))
    await world.sql(`DELETE FROM fan_outs WHERE seq = ${lost.seq}`)
    await until(notifier, 'renkei_ledger_unbalanced', 1)
    // It stays known while the slow pass is elsewhere.
    await looks(3)
    expect(await metric(notifier, 'renkei_ledger_unbalanced')).toBe(1)
  })

  test('a delivery that is owed twice', async () => {
    const notifier = await start()
    const { seq } = await delivered()
    await world.sql(`INSERT INTO delivery_queue
      (seq, subscription_id, report_id, revision, lane, due_at, ordered)
      SELECT seq, subscription_id, NULL, NULL, 'digest', now() + interval '1 day', false
      FROM delivery_outcomes WHERE seq = ${seq}`)
    await until(notifier, 'renkei_ledger_unbalanced', 1)
  })

  // In a lane that no runner looks at: nobody takes it.
  test.each([
    ['unclaimed', 'NULL'],
    ['claimed', '(SELECT notifier_id FROM notifiers LIMIT 1)'],
  ])('a delivery due long ago that is %s', async (what, claimedBy) => {
    const notifier = await start()
    const { seq } = await delivered()
    await world.sql(`INSERT INTO delivery_queue
      (seq, subscription_id, report_id, revision, lane, due_at, ordered, claimed_by, round)
      SELECT seq, subscription_id, NULL, NULL, 'digest', now() - interval '10 minutes', false,
        ${claimedBy}, 1 FROM delivery_outcomes WHERE seq = ${seq}`)
    await until(notifier, `renkei_deliveries_stuck{what="${what}"}`, 1)
    const oldest = await metric(notifier, 'renkei_deliveries_oldest_waiting_seconds{lane="digest"}')
    if (what === 'unclaimed') expect(oldest).toBeGreaterThan(599)
    await world.sql(`DELETE FROM delivery_queue WHERE seq = ${seq}`)
    await until(notifier, `renkei_deliveries_stuck{what="${what}"}`, 0)
    await until(notifier, 'renkei_deliveries_oldest_waiting_seconds{lane="digest"}', 0)
  })

  test('an event whose receivers are not found', async () => {
    const notifier = await start()
    const event = await world.accept({ recordedAt: new Date(Date.now() - 600_000) })
    await world.settled([event])
    // Whoever tries to finish it breaks off.
    await world.sql(`UPDATE fan_outs SET completed_at = NULL, lane = 'level3' WHERE seq = ${event.seq};
      CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN RAISE EXCEPTION ''not now''; END';
      CREATE TRIGGER hold BEFORE UPDATE ON fan_outs FOR EACH ROW EXECUTE FUNCTION hold()`)
    await until(notifier, 'renkei_deliveries_stuck{what="unexpanded"}', 1)
  })
})

describe('what is wrong is put right', () => {
  test('what is held for nothing is sent', async () => {
    const notifier = await start()
    const event = await delivered()
    await world.sql(`WITH more AS (UPDATE fan_outs SET owed = owed + 1 WHERE seq = ${event.seq})
      INSERT INTO delivery_queue (seq, subscription_id, report_id, revision, lane, due_at, ordered)
      SELECT ${event.seq}, subscription_id, NULL, NULL, 'retry', 'infinity', false
      FROM (${await another()}) s`)
    await until(notifier, 'renkei_reconciler_repairs_total{what="held"}', 1)
    await receiver.waitFor(2)
    expect(await world.unbalanced()).toBe(0)
  })

  test('what is held for a reason stays held', async () => {
    await start()
    const event = await delivered()
    await world.sql(`INSERT INTO endpoint_health
      (subscription_id, state, consecutive_failures, failing_since, probe_at, updated_at)
      SELECT subscription_id, 'open', 5, now(), now() + interval '1 hour', now() FROM subscriptions`)
    await world.sql(`INSERT INTO delivery_queue
      (seq, subscription_id, report_id, revision, lane, due_at, ordered, round)
      SELECT seq, subscription_id, NULL, NULL, 'retry', 'infinity', false, 1
      FROM delivery_outcomes WHERE seq = ${event.seq}`)
    await looks(3)
    expect(await world.sql('SELECT due_at::text AS due FROM delivery_queue')).toEqual([
      { due: 'infinity' },
    ])
  })

  test('what belongs to no subscription ends with a reason, and the ledger balances', async () => {
    const notifier = await start()
    const event = await delivered()
    await world.sql(`WITH more AS (UPDATE fan_outs SET owed = owed + 1 WHERE seq = ${event.seq})
      INSERT INTO delivery_queue (seq, subscription_id, report_id, revision, lane, due_at, ordered)
      VALUES (${event.seq}, '${newId()}', NULL, NULL, 'retry', 'infinity', false)`)
    await until(notifier, 'renkei_reconciler_repairs_total{what="orphans"}', 1)
    expect(await world.ledger(event.eventId)).toMatchObject({ owed: 2, refused: 1, balances: true })
  })

  test('notifiers that died long ago are forgotten, one that died now is not', async () => {
    const notifier = await start()
    const recent = newId()
    await world.sql(`INSERT INTO notifiers VALUES ('${newId()}', now() - interval '2 hours'),
      ('${recent}', now() - interval '10 minutes')`)
    await until(notifier, 'renkei_reconciler_repairs_total{what="notifiers"}', 1)
    const left = await world.sql(
      'SELECT notifier_id AS id FROM notifiers WHERE alive_until < now()',
    )
    expect(left).toEqual([{ id: recent }])
  })
})

test('two notifiers show the same, and one at a time looks', async () => {
  const [one, two] = await Promise.all([start(), start()])
  const { seq } = await delivered()
  await world.sql(`UPDATE fan_outs SET owed = owed + 1 WHERE seq = ${seq}`)
  await until(one, 'renkei_ledger_unbalanced', 1)
  await until(two, 'renkei_ledger_unbalanced', 1)
  await until(one, 'renkei_endpoints{state="closed"}', 1)
})

/** Resolves when the reconciler has looked so many times more. */
async function looks(times: number): Promise<void> {
  const lookedAt = async () =>
    (await world.sql('SELECT looked_at::text AS at FROM reconciliation'))[0]!['at']
  for (let nr = 0; nr < times; nr += 1) {
    const before = await lookedAt()
    await waitFor(async () => (await lookedAt()) !== before, { timeoutMs: 15_000, what: 'a look' })
  }
}

/** One more subscription, which is owed nothing yet, as a query. */
async function another(): Promise<string> {
  const { subscriptionId } = await world.subscribe({ url: receiver.url('/other') })
  return `SELECT subscription_id FROM subscriptions WHERE subscription_id = '${subscriptionId}'`
}
