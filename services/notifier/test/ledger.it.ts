// The ledger: owed = delivered + superseded + refused + dead + waiting, at every moment.

import { type Receiver, type Reply, startReceiver } from '@renkei/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestNotifier, type TestNotifier } from '../../../test/support/notifier.ts'
import type { Accepted } from '../../../test/support/revisions.ts'
import { openWorld, type World } from '../../../test/support/world.ts'

let world: World
let receiver: Receiver
let notifiers: TestNotifier[]

beforeAll(async () => {
  ;[world, receiver] = await Promise.all([openWorld(), startReceiver()])
  const env = {
    RENKEI_SWEEP_MS: '50',
    RENKEI_EXPAND_SUBSCRIPTIONS_MAX: '7',
    RENKEI_WEBHOOK_TIMEOUT_MS: '300',
    RENKEI_SEND_SLOTS_MAX: '40',
  }
  notifiers = await Promise.all([
    startTestNotifier(world.url, env),
    startTestNotifier(world.url, env),
  ])
})

afterAll(async () => {
  await Promise.all(notifiers.map((notifier) => notifier.stop()))
  await Promise.all([receiver.close(), world.close()])
})

const faults: Reply[] = [
  { kind: 'answer', status: 500 },
  { kind: 'hang' },
  { kind: 'reset', when: 'before_headers' },
  { kind: 'answer', status: 410 },
]

test('it balances at every moment of a burst with faults, revisions and changing subscribers', async () => {
  const subscriptions = []
  for (let nr = 0; nr < 40; nr += 1) {
    const mode = nr % 2 === 0 ? 'latest' : 'all'
    if (nr % 4 === 0) receiver.script(`/${nr}`, faults[(nr / 4) % 4]!, faults[(nr / 4) % 4]!)
    subscriptions.push(await world.subscribe({ url: receiver.url(`/${nr}`), mode }))
  }
  const looks: number[] = []
  let watching = true
  const watch = (async () => {
    while (watching) looks.push(await world.unbalanced())
  })()
  const events: Accepted[] = []
  for (let round = 0; round < 12; round += 1) {
    const level = round % 3 === 0 ? 4 : 3
    const before = events.at(-1)
    const follows = round % 2 === 1 && before ? { reportId: before.reportId, revision: 2 } : {}
    events.push(await world.accept({ ...follows, level, peakLevel: 4 }))
    const subscription = subscriptions[round * 3]!
    await world.change(subscription, { state: 'paused' })
    if (round % 3 === 0) await world.change(subscription, { state: 'ended' })
    else await world.change(subscription, { state: 'active' })
  }
  const ledgers = await world.settled(events, 20_000)
  watching = false
  await watch
  expect(looks.filter((unbalanced) => unbalanced !== 0)).toEqual([])
  expect(looks.length).toBeGreaterThan(20)
  for (const ledger of ledgers) expect(ledger.balances).toBe(true)
  const sums = await world.sql(`SELECT sum(owed)::int AS owed,
    (SELECT count(*)::int FROM delivery_outcomes) AS outcomes,
    (SELECT count(*)::int FROM delivery_outcomes WHERE reason = '') AS wordless FROM fan_outs`)
  expect(sums[0]!['outcomes']).toBe(sums[0]!['owed'])
  expect(sums[0]!['wordless']).toBe(0)
})

test.each(['delivery_attempts', 'delivery_outcomes'])('%s can only be added to', async (table) => {
  const [{ count } = {}] = await world.sql(`SELECT count(*)::int AS count FROM ${table}`)
  expect(count).toBeGreaterThan(0)
  for (const change of [
    `UPDATE ${table} SET reason = 'never happened'`,
    `DELETE FROM ${table}`,
    `TRUNCATE ${table}`,
  ]) {
    await expect(world.sql(change)).rejects.toThrow(`${table} is append-only`)
  }
  expect(await world.sql(`SELECT count(*)::int AS count FROM ${table}`)).toEqual([{ count }])
})
