// Agreements that begin or end while deliveries are being made and sent.

import { expandNext, makeSharingBook, newId } from '@renkei/db'
import { startReceiver, waitFor } from '@renkei/testkit'
import { expect, test } from 'vitest'
import { agree } from '../../../test/support/agree.ts'
import { startTestNotifier } from '../../../test/support/notifier.ts'
import { openWorld } from '../../../test/support/world.ts'
import { owedTo } from '../src/fan-out/owed-to.ts'

test('accepted in the middle of a fan-out it holds for the rest of it, and each is owed once', async () => {
  const own = await openWorld()
  const peer = await own.organisation()
  const url = 'http://127.0.0.1:1/'
  for (let nr = 0; nr < 6; nr += 1) await own.subscribe({ url, organisationId: peer })
  const book = makeSharingBook(() => new Date())
  const event = await own.accept({ report: { tlp: 'TLP:AMBER' } })
  const expand = () =>
    expandNext(own.db, {
      lane: 'level0to2',
      notifierId: newId(),
      subscriptionsMax: 2,
      claimMax: 0,
      claimable: () => true,
      refresh: (tx) => book.refresh(tx),
      owedTo: (fact, subscription) => owedTo(fact, subscription, book.find),
    })
  expect(await expand()).toMatchObject({ owed: 0, complete: false })
  await agree(own.db, own.carrier, peer)
  expect(await expand()).toMatchObject({ owed: 2, complete: false })
  await own.sql("UPDATE agreements SET state = 'ended'")
  while (!(await expand())?.complete);
  expect(await own.ledger(event.eventId)).toMatchObject({ owed: 2, waiting: 2, balances: true })
  await own.close()
})

test('what waits for its turn to be sent when an agreement ends is not sent, though its notifier heard nothing of the end', async () => {
  const [own, receiver] = await Promise.all([openWorld(), startReceiver()])
  const peer = await own.organisation()
  for (const path of ['/1', '/2', '/3', '/4', '/5', '/6']) {
    receiver.always(path, { kind: 'answer', status: 200, delayMs: 400 })
    await own.subscribe({ url: receiver.url(path), organisationId: peer })
  }
  await agree(own.db, own.carrier, peer)
  const event = await own.accept({ report: { tlp: 'TLP:AMBER' } })
  const notifier = await startTestNotifier(own.url, { RENKEI_SEND_SLOTS_MAX: '2' })
  await receiver.waitFor(1)
  const inHand = `SELECT FROM delivery_queue WHERE claimed_by IS NOT NULL`
  await waitFor(async () => (await own.sql(inHand)).length === 6)
  // As another machine would end it: no event, no bell, nothing that wakes this one.
  await own.sql("UPDATE agreements SET state = 'ended'")
  const [ledger] = await own.settled([event])
  // A claim holds for a fifth of a second; what has not begun by then is judged anew.
  expect(receiver.requests.length).toBeLessThanOrEqual(2)
  expect(ledger!.refused).toBeGreaterThanOrEqual(4)
  expect(await notifier.stop()).toEqual([])
  await Promise.all([own.close(), receiver.close()])
})
