// Revisions of one report to one subscription: mode latest drops what a newer one has overtaken,
// mode all sends each in its order, and news is never held up by what came before it.

import { expandNext, newId } from '@renkei/db'
import type { LevelValue } from '@renkei/schema'
import { type Receiver, type Reply, startReceiver, waitFor } from '@renkei/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTestNotifier, type TestNotifier } from '../../../test/support/notifier.ts'
import type { Accepted } from '../../../test/support/revisions.ts'
import { openWorld, type World } from '../../../test/support/world.ts'

let world: World
let receiver: Receiver
let notifier: TestNotifier | undefined

const ok: Reply = { kind: 'answer', status: 200 }
// Somebody has to mend it: levels 0 to 2 are not tried again for half an hour.
const comeBackLater: Reply = { kind: 'answer', status: 400 }

beforeEach(async () => {
  ;[world, receiver] = await Promise.all([openWorld(), startReceiver()])
})

afterEach(async () => {
  expect(await world.unbalanced()).toBe(0)
  expect((await notifier?.stop()) ?? []).toEqual([])
  notifier = undefined
  await Promise.all([receiver.close(), world.close()])
})

const start = async (env: Record<string, string> = {}) => {
  notifier = await startTestNotifier(world.url, {
    RENKEI_SWEEP_MS: '50',
    RENKEI_WEBHOOK_TIMEOUT_MS: '1000',
    ...env,
  })
}
// A receiver of its own for the reports that the tests revise, beside a slow one for all others.
const subscribeApart = async (mode: 'latest' | 'all') => {
  const filter = { organisations: [world.carrier] }
  await world.subscribe({ url: receiver.url('/x'), mode, filter })
}
const slowBacklog = async () => {
  const other = await world.organisation()
  receiver.always('/slow', { kind: 'answer', status: 200, delayMs: 4000 })
  const filter = { organisations: [other] }
  await world.subscribe({ url: receiver.url('/slow'), filter })
  await world.acceptMany(30, { organisationId: other, level: 0 })
}
const revise = async (reportId: string, revision: number, level: LevelValue = 1) =>
  world.accept({ reportId, revision, level })
const revisionOf = (body: Buffer) => (JSON.parse(body.toString()) as { revision: number }).revision
const revisionsAt = (path: string) => receiver.at(path).map(({ body }) => revisionOf(body))
const outcomeOf = async ({ seq }: Accepted) =>
  (await world.sql(`SELECT outcome, attempts, reason FROM delivery_outcomes WHERE seq = ${seq}`))[0]
const triedOnce = async ({ seq }: Accepted) =>
  waitFor(async () => {
    const where = `seq = ${seq} AND attempts = 1 AND claimed_by IS NULL`
    return (await world.sql(`SELECT FROM delivery_queue WHERE ${where}`)).length > 0
  })

describe('mode latest', () => {
  test('a newer revision supersedes an older one that waits, with a row that says so', async () => {
    await start()
    await world.subscribe({ url: receiver.url('/x'), mode: 'latest' })
    receiver.script('/x', comeBackLater)
    const reportId = newId()
    const first = await revise(reportId, 1)
    await triedOnce(first)
    const second = await revise(reportId, 2)
    const ledgers = await world.settled([first, second])
    expect(revisionsAt('/x')).toEqual([1, 2])
    expect(await outcomeOf(first)).toMatchObject({ outcome: 'superseded', attempts: 1 })
    expect((await outcomeOf(first))!['reason']).toMatch(/newer|revision 2/)
    expect(ledgers[0]).toMatchObject({ owed: 1, superseded: 1, delivered: 0, balances: true })
    expect(ledgers[1]).toMatchObject({ owed: 1, superseded: 0, delivered: 1, balances: true })
  })

  test('an older revision that fails in flight gives way to a newer one', async () => {
    await start()
    await world.subscribe({ url: receiver.url('/x'), mode: 'latest' })
    receiver.script('/x', { kind: 'hang' })
    const reportId = newId()
    const first = await revise(reportId, 1)
    await receiver.waitFor(1)
    const second = await revise(reportId, 2)
    await world.settled([first, second])
    expect(revisionsAt('/x')).toEqual([1, 2])
    expect(await outcomeOf(first)).toMatchObject({ outcome: 'superseded', attempts: 1 })
  })

  test('an older revision in the hands of a dead notifier is not sent after a newer one', async () => {
    await world.subscribe({ url: receiver.url('/x'), mode: 'latest' })
    const reportId = newId()
    const first = await revise(reportId, 1)
    await expandAs(newId(), 10)
    const second = await revise(reportId, 2)
    await expandAs(newId(), 0)
    await start()
    await world.settled([first, second])
    expect(revisionsAt('/x')).toEqual([2])
    expect(await outcomeOf(first)).toMatchObject({ outcome: 'superseded', attempts: 0 })
  })

  test('an older revision that waits for its turn is not sent after a newer one', async () => {
    await start({
      RENKEI_SEND_SLOTS_MAX: '2',
      RENKEI_SEND_STALLED_AFTER_MS: '10000',
      RENKEI_LANE_BACKLOG_MAX: '1',
      RENKEI_WEBHOOK_TIMEOUT_MS: '5000',
    })
    await subscribeApart('latest')
    await slowBacklog()
    const reportId = newId()
    const first = await revise(reportId, 1, 0)
    await waitFor(async () => (await world.ledger(first.eventId)).expanded, { timeoutMs: 15_000 })
    const crisis = await revise(reportId, 2, 4)
    await world.settled([crisis, first])
    expect(revisionsAt('/x')).toEqual([2])
    expect(await outcomeOf(first)).toMatchObject({ outcome: 'superseded', attempts: 0 })
  })

  const expandAs = async (notifierId: string, claimMax: number) =>
    expandNext(world.db, {
      lane: 'level0to2',
      notifierId,
      subscriptionsMax: 10,
      claimMax,
      claimable: () => true,
      refresh: () => Promise.resolve(),
      owedTo: () => true,
    })
})

describe('mode all', () => {
  test('every revision arrives, each after the one before it was taken', async () => {
    await start()
    await world.subscribe({ url: receiver.url('/x') })
    const sick: Reply = { kind: 'answer', status: 500 }
    receiver.script('/x', ok, sick, ok, { kind: 'reset', when: 'before_headers' }, sick)
    const reportId = newId()
    const events = []
    for (let nr = 1; nr <= 6; nr += 1) events.push(await revise(reportId, nr, 4))
    await world.settled(events)
    const sent = revisionsAt('/x')
    expect(sent).toEqual(sent.toSorted((a, b) => a - b))
    expect([...new Set(sent)]).toEqual([1, 2, 3, 4, 5, 6])
    for (const event of events)
      expect(await outcomeOf(event)).toMatchObject({ outcome: 'delivered' })
  })

  test('the next revision goes when the one before it is taken, not at the next sweep', async () => {
    await start({
      RENKEI_SWEEP_MS: '1000',
      RENKEI_NOTIFIER_HEARTBEAT_MS: '10000',
      RENKEI_NOTIFIER_DEAD_AFTER_MS: '60000',
    })
    await world.subscribe({ url: receiver.url('/x') })
    receiver.script('/x', comeBackLater)
    const reportId = newId()
    const first = await revise(reportId, 1)
    await triedOnce(first)
    await world.sql("UPDATE delivery_queue SET due_at = now() + interval '1 hour'")
    const events = [first]
    for (let nr = 2; nr <= 12; nr += 1) events.push(await revise(reportId, nr))
    const startedMs = performance.now()
    await world.settled(events)
    expect(performance.now() - startedMs).toBeLessThan(6000)
    expect(revisionsAt('/x')).toEqual([1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  })

  test('a crisis takes along what it must follow: a backlog, and a retry time of an hour', async () => {
    await start({
      RENKEI_SEND_SLOTS_MAX: '2',
      RENKEI_SEND_STALLED_AFTER_MS: '10000',
      RENKEI_WEBHOOK_TIMEOUT_MS: '5000',
    })
    await subscribeApart('all')
    receiver.script('/x', comeBackLater)
    const reportId = newId()
    const first = await revise(reportId, 1, 0)
    await triedOnce(first)
    await slowBacklog()
    const low = await revise(reportId, 2, 0)
    await waitFor(async () => (await world.ledger(low.eventId)).expanded, { timeoutMs: 15_000 })
    const crisis = await revise(reportId, 3, 4)
    await world.settled([first, low, crisis])
    expect(revisionsAt('/x')).toEqual([1, 1, 2, 3])
    const waiting = await world.sql('SELECT FROM delivery_queue')
    expect(waiting.length).toBeGreaterThan(10)
  })

  test('once a report is a crisis, what it must follow is retried within seconds', async () => {
    await start()
    await world.subscribe({ url: receiver.url('/x') })
    receiver.script('/x', comeBackLater, comeBackLater)
    const reportId = newId()
    const first = await revise(reportId, 1, 0)
    await triedOnce(first)
    const crisis = await revise(reportId, 2, 4)
    // A crisis does not wait for half an hour, whatever the answer.
    await waitFor(async () => {
      const rows = await world.sql(`SELECT FROM delivery_queue WHERE seq = ${first.seq}
        AND attempts = 2 AND due_at < now() + interval '61 seconds'`)
      return rows.length > 0
    })
    await world.sql(`UPDATE delivery_queue SET due_at = now()`)
    await world.settled([first, crisis], 20_000)
    expect(revisionsAt('/x')).toEqual([1, 1, 1, 2])
  })
})
