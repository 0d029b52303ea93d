// The whole way with running notifiers: a report reaches a machine, no person answers, its
// organisation and the reporter are told, once; then an answer, and the metrics say how long it took.

import { newId, recordAcknowledgement } from '@renkei/db'
import { type Receiver, startReceiver, waitFor } from '@renkei/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTestNotifier, type TestNotifier } from '../../../test/support/notifier.ts'
import { openWorld, type World } from '../../../test/support/world.ts'

let world: World
let receiver: Receiver
let notifiers: TestNotifier[]
let peer: string

beforeEach(async () => {
  ;[world, receiver] = await Promise.all([openWorld(), startReceiver()])
  peer = await world.organisation()
  await world.subscribe({ url: receiver.url('/peer'), organisationId: peer })
  await world.subscribe({ url: receiver.url('/reporter'), organisationId: world.carrier })
  notifiers = await Promise.all([start(), start()])
})
afterEach(async () => {
  await Promise.all(notifiers.map((notifier) => notifier.stop()))
  await Promise.all([receiver.close(), world.close()])
})

const start = () => startTestNotifier(world.url, { RENKEI_ESCALATION_WATCH_MS: '20' })

const typesAt = (path: string) =>
  receiver.at(path).map(({ body }) => (JSON.parse(String(body)) as { type: string }).type)
const toldAt = (path: string, verb: string) =>
  typesAt(path).filter((type) => type === `jp.renkei.acknowledgement.${verb}.v1`)

const metrics = async () => {
  const texts = notifiers.map(async ({ healthUrl }) =>
    (await fetch(new URL('/metrics', healthUrl))).text(),
  )
  return (await Promise.all(texts)).join('\n')
}

test('of a report that nobody answers both hear once, and an answer ends and measures it', async () => {
  const recordedAt = new Date(Date.now() - 11 * 60_000)
  const stored = await world.accept({ level: 4, recordedAt })
  await world.settled([stored])
  await waitFor(() => toldAt('/peer', 'overdue').length > 0, { what: 'the notice to the peer' })
  await waitFor(() => toldAt('/reporter', 'escalated').length > 0, { what: 'that to the reporter' })
  const overdue = 'renkei_acknowledgements_overdue{level="4"} 1'
  await waitFor(async () => (await metrics()).includes(overdue), { what: 'the count' })

  await world.db.transaction().execute((tx) =>
    recordAcknowledgement(tx, {
      organisationId: peer,
      reportId: stored.reportId,
      revision: 1,
      kind: 'assessed',
      answer: 'notImpacted',
      via: 'api',
      by: null,
      remark: null,
      at: new Date(),
      newId,
      requestId: newId(),
    }),
  )
  const measured = /renkei_first_acknowledgement_seconds_count\{level="4"\} 1/
  await waitFor(async () => measured.test(await metrics()), { what: 'the time that it took' })
  expect((await metrics()).match(new RegExp(measured, 'g'))).toHaveLength(1)
  await waitFor(async () => !(await metrics()).includes(overdue), { what: 'the end of the count' })
  await waitFor(() => toldAt('/reporter', 'recorded').length > 0, { what: 'the answer' })

  expect(toldAt('/peer', 'overdue')).toHaveLength(1)
  expect(toldAt('/reporter', 'escalated')).toHaveLength(1)
  expect([...toldAt('/peer', 'escalated'), ...toldAt('/peer', 'recorded')]).toEqual([])
  expect(toldAt('/reporter', 'overdue')).toEqual([])
  expect(await world.unbalanced()).toBe(0)
})
