// A replay with notifiers that run: the same identifiers go out again, live news does not wait for them,
// and a notifier that is killed in the middle costs nothing.

import { findReplay, newId, type ReplayWish, startReplay, type Subscription } from '@renkei/db'
import { type Receiver, startReceiver, waitFor } from '@renkei/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTestNotifier, type TestNotifier } from '../../../test/support/notifier.ts'
import type { Accepted } from '../../../test/support/revisions.ts'
import { spawnNotifier } from '../../../test/support/services.ts'
import { openWorld, type World } from '../../../test/support/world.ts'

let world: World
let receiver: Receiver
let subscription: Subscription
let notifiers: TestNotifier[]

beforeEach(async () => {
  notifiers = []
  ;[world, receiver] = await Promise.all([openWorld(), startReceiver()])
  subscription = await world.subscribe({ url: receiver.url('/hook') })
})
afterEach(async () => {
  await Promise.all(notifiers.map((notifier) => notifier.stop()))
  expect(await world.unbalanced()).toBe(0)
  await Promise.all([receiver.close(), world.close()])
})

const env = { RENKEI_SWEEP_MS: '50', RENKEI_REPLAY_FEED_MS: '20' }

const start = async () => {
  notifiers.push(await startTestNotifier(world.url, env))
}

const ids = () => receiver.requests.map(({ headers }) => String(headers['webhook-id']))

async function deliveredBefore(count: number): Promise<Accepted[]> {
  const events = await world.acceptMany(count, { level: 1 })
  await world.settled(events)
  return events
}

async function replay(what: ReplayWish, perSecond = 1000): Promise<string> {
  const replayId = newId()
  const { subscriptionId, organisationId } = subscription
  const wish = { replayId, subscriptionId, organisationId, what, perSecond }
  const limits = { eventsMax: 10_000, runningPerOrganisationMax: 1 }
  const begin = world.db.transaction()
  const started = await begin.execute((tx) => startReplay(tx, wish, limits, new Date()))
  expect(started.outcome).toBe('started')
  return replayId
}

const ended = (replayId: string) =>
  waitFor(
    async () => {
      const found = await findReplay(world.db, replayId)
      return found?.state !== 'running' && found
    },
    { timeoutMs: 25_000, everyMs: 20, what: 'the end of the replay' },
  )

test('what was delivered is sent again with the same identifiers, by several notifiers once each', async () => {
  await Promise.all([start(), start()])
  const events = await deliveredBefore(60)
  const replayId = await replay({ filter: {} })
  await ended(replayId)
  expect(await findReplay(world.db, replayId)).toMatchObject({ delivered: 60, failed: 0 })
  const again = ids().slice(60)
  expect(again.toSorted()).toEqual(events.map(({ eventId }) => eventId).toSorted())
})

test('what is new does not wait behind it', async () => {
  await start()
  await deliveredBefore(40)
  const replayId = await replay({ filter: {} }, 5)
  await receiver.waitFor(41)
  const news = await world.accept({ level: 4 })
  await world.settled([news])
  const { queued, remaining } = (await findReplay(world.db, replayId))!
  expect(queued + remaining!).toBe(40)
  expect(remaining).toBeGreaterThan(0)
  expect(ids()).toContain(news.eventId)
})

test('a notifier that is killed in the middle loses none of it', async () => {
  const doomed = await spawnNotifier(world.url, env)
  const events = await deliveredBefore(40)
  receiver.always('/hook', { kind: 'answer', status: 204, delayMs: 30 })
  const replayId = await replay({ filter: {} })
  await receiver.waitFor(45)
  await doomed.kill()
  await start()
  await ended(replayId)
  expect(await findReplay(world.db, replayId)).toMatchObject({
    state: 'completed',
    queued: 40,
    delivered: 40,
  })
  expect(new Set(ids().slice(40))).toEqual(new Set(events.map(({ eventId }) => eventId)))
})

test('what is older than the time after which deliveries are given up is tried again as if it were new', async () => {
  const recordedAt = new Date(Date.now() - 200 * 3_600_000)
  receiver.always('/hook', { kind: 'answer', status: 500 })
  await start()
  const old = await world.accept({ level: 1, recordedAt })
  expect(await world.settled([old])).toMatchObject([{ dead: 1 }])
  receiver.script('/hook', { kind: 'answer', status: 500 }, { kind: 'answer', status: 200 })
  const replayId = await replay({ eventId: old.eventId })
  // Tried in vain once, it waits for its second try and is not dead.
  await waitFor(async () => {
    const [row] = await world.sql('SELECT attempts, claimed_by FROM delivery_queue')
    return row?.['attempts'] === 1 && row['claimed_by'] === null
  })
  await world.sql('UPDATE delivery_queue SET due_at = now()')
  expect(await world.settled([old])).toMatchObject([{ delivered: 1, dead: 0 }])
  await ended(replayId)
})
