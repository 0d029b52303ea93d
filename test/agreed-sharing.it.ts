// What an agreement lets through, by every way out of Renkei, from the first instant to after the
// last: a real API, a real notifier, and organisations that look by webhook, socket, pull and GET.

import type { Agreement, AgreementShare } from '@renkei/schema'
import { waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { propose, say } from '../services/api/test/agreement-talk.ts'
import { emergencyReport, type Json } from '../services/api/test/sample-report.ts'
import { agree } from './support/agree.ts'
import {
  openSharingWorld,
  type Posted,
  type Seen,
  type SharingWorld,
  type Watcher,
} from './support/sharing-world.ts'

let world: SharingWorld
let mobile: Watcher
let fixed: Watcher
let third: Watcher
let mvno: Watcher

beforeAll(async () => {
  world = await openSharingWorld()
  mobile = await world.watcher('example-mobile', 'carrier')
  fixed = await world.watcher('example-fixed', 'carrier')
  third = await world.watcher('example-third', 'carrier')
  mvno = await world.watcher('example-mvno', 'mvno')
})

afterAll(() => world.stop())

const amber = { tlp: 'TLP:AMBER' }
const ways = ['get', 'pull', 'socket', 'webhook'] as const
const waysOf = (seen: Seen) => ways.filter((way) => seen[way] !== undefined)
const seenBy = async (watcher: Watcher, event: Posted) => waysOf(await world.seen(watcher, event))

const nothingInForce = () =>
  world.db.updateTable('agreements').set({ state: 'ended' }).where('state', '=', 'active').execute()

async function agreed(from: Watcher, to: Watcher, terms: Partial<AgreementShare> = {}) {
  await nothingInForce()
  return agree(world.db, from.organisationId, to.organisationId, terms)
}

test('TLP:AMBER flows from the first event after the yes to the last before the end', async () => {
  const before = await world.post(mobile, amber)
  expect(await seenBy(fixed, before)).toEqual([])
  const agreement = await propose(mobile, fixed)
  const proposed = await world.post(mobile, amber)
  expect(await seenBy(fixed, proposed)).toEqual([])
  await say(fixed, agreement, 'accept')
  const during = await world.post(mobile, amber)
  expect(await seenBy(fixed, during)).toEqual([...ways])
  // What was told before is not pushed after the fact, but today's clearance holds for it too.
  expect(await seenBy(fixed, before)).toEqual(['get', 'pull'])
  for (const other of [third, mvno]) expect(await seenBy(other, during)).toEqual([])
  const back = await world.post(fixed, amber)
  expect(await seenBy(mobile, back)).toEqual([])
  await say(mobile, agreement, 'end')
  const after = await world.post(mobile, amber)
  expect(await seenBy(fixed, after)).toEqual([])
  // Replay applies today's clearance: only what has left already is with the receiver.
  expect(await seenBy(fixed, during)).toEqual(['socket', 'webhook'])
  const { body } = await fixed.request('/v1/snapshot')
  expect(JSON.stringify(body)).not.toContain(during.reportId)
  expect((await fixed.request(`/v1/reports/${during.reportId}`)).status).toBe(404)
})

test('at the instant at which its time is over it shares nothing any more, whoever looks', async () => {
  await nothingInForce()
  const validUntil = new Date(Date.now() + 2500)
  await agree(world.db, 'example-mobile', 'example-fixed', { validUntil })
  const event = await world.post(mobile, amber)
  const path = `/v1/reports/${event.reportId}`
  await waitFor(async () => (await fixed.request(path)).status === 404)
  expect(Date.now()).toBeGreaterThanOrEqual(validUntil.getTime())
  expect(await seenBy(fixed, event)).not.toContain('pull')
  expect(await seenBy(fixed, await world.post(mobile, amber))).toEqual([])
})

describe('a delivery that waits when the agreement ends', () => {
  test('is not tried again', async () => {
    const agreement = await agreed(mobile, fixed)
    const path = '/example-fixed'
    const unavailable = { kind: 'answer', status: 503, headers: { 'retry-after': '50' } } as const
    world.receiver.always(path, unavailable)
    const { eventId } = await world.post(mobile, amber)
    const tries = () =>
      world.receiver.at(path).filter(({ headers }) => headers['webhook-id'] === eventId).length
    const waiting = () =>
      world.db
        .selectFrom('delivery_queue as q')
        .innerJoin('events as e', 'e.seq', 'q.seq')
        .select('attempts')
        .where('event_id', '=', eventId)
        .execute()
    // It has left the hands of the notifier, to be tried again later.
    await waitFor(async () => (await waiting()).some(({ attempts }) => attempts === 1))
    await say(fixed, agreement, 'end')
    world.receiver.always(path, { kind: 'answer', status: 200 })
    await waitFor(async () => {
      await world.db
        .updateTable('delivery_queue')
        .set({ due_at: new Date() })
        .where('claimed_by', 'is', null)
        .execute()
      return (await waiting()).length === 0
    })
    expect(tries()).toBe(1)
    const outcome = await world.db
      .selectFrom('delivery_outcomes as o')
      .innerJoin('events as e', 'e.seq', 'o.seq')
      .select(['outcome', 'reason'])
      .where('event_id', '=', eventId)
      .where('reason', 'like', '%may no longer see%')
      .execute()
    expect(outcome).toMatchObject([{ outcome: 'refused' }])
  })
})

const sees = async (watcher: Watcher, event: Posted) =>
  (await watcher.request(`/v1/reports/${event.reportId}`)).status === 200

describe('terms', () => {
  const sms = { impacts: [{ service: 'sms', effect: 'degraded', users: { qualifier: 'unknown' } }] }
  const osaka = { areas: [{ type: 'prefecture', code: '27' }] }
  const everywhere = { areas: [{ type: 'country' }] }

  test.each<[string, Partial<AgreementShare>, Json, Json]>([
    ['level', { minLevel: 3 }, emergencyReport('example-mobile', amber), amber],
    ['kind', { kinds: ['congestion'] }, { ...amber, kind: 'congestion' }, amber],
    ['service', { services: ['sms'] }, { ...amber, ...sms }, amber],
    ['area', { prefectures: ['27'] }, { ...amber, ...osaka }, amber],
    ['area of the whole country', { prefectures: ['27'] }, { ...amber, ...everywhere }, amber],
    ['label', { tlpMax: 'TLP:AMBER' }, amber, { tlp: 'TLP:AMBER+STRICT' }],
  ])(
    '%s: what is named flows by every way, anything else by none',
    async (_, terms, named, other) => {
      await agreed(mobile, fixed, terms)
      const within = await world.post(mobile, named)
      const beyond = await world.post(mobile, other)
      expect(await seenBy(fixed, within)).toEqual([...ways])
      expect(await seenBy(fixed, beyond)).toEqual([])
      expect(await seenBy(third, within)).toEqual([])
    },
  )

  test('a leak flows only where its kind is named', async () => {
    const leak = { owners: ['example-mobile'], information: ['configuration'] }
    const members = { ...amber, kind: 'leak', leak, impacts: [] }
    await agreed(mobile, fixed)
    const unnamed = await world.post(mobile, members)
    expect(await sees(fixed, unnamed)).toBe(false)
    await agreed(mobile, fixed, { kinds: ['leak'] })
    expect(await sees(fixed, unnamed)).toBe(true)
    expect(await sees(third, unnamed)).toBe(false)
    expect(await sees(fixed, await world.post(mobile, amber))).toBe(false)
  })

  test('new terms take the place of the old ones, also where they are narrower', async () => {
    await agreed(mobile, fixed, { tlpMax: 'TLP:AMBER+STRICT' })
    const event = await world.post(mobile, { tlp: 'TLP:AMBER+STRICT' })
    expect(await sees(fixed, event)).toBe(true)
    const narrower = await propose(mobile, fixed, {}, { tlpMax: 'TLP:AMBER' })
    expect(await sees(fixed, event)).toBe(true)
    await say(fixed, narrower, 'accept')
    expect(await sees(fixed, event)).toBe(false)
    expect(await sees(fixed, await world.post(mobile, amber))).toBe(true)
  })

  test('accepting never takes away what flows by default', async () => {
    await agreed(mobile, fixed, { minLevel: 4, kinds: ['cyber'] })
    const green = await world.post(mobile)
    expect(await seenBy(fixed, green)).toEqual([...ways])
  })
})

describe('field sets', () => {
  const phone = '+81-3-0000-0000'

  test('contacts go to an MVNO that they are opened to, and to no other', async () => {
    const tlpMax = 'TLP:AMBER+STRICT'
    await agreed(mobile, mvno, { tlpMax })
    const without = await world.seen(mvno, await world.post(mobile))
    await agreed(mobile, mvno, { tlpMax, fieldSets: ['contacts'] })
    const event = await world.post(mobile)
    const [with_, peers] = [await world.seen(mvno, event), await world.seen(third, event)]
    for (const way of ways) {
      expect(without[way]).toContain('"texts"')
      expect(without[way]).not.toContain(phone)
      expect(with_[way]).toContain(phone)
      expect(peers[way]).toContain('"texts"')
      expect(peers[way]).not.toContain(phone)
    }
  })

  test('sensitive parts flow when they are opened and marked as wide as what was agreed', async () => {
    const sensitive = { diagnostics: 'alarm 17' }
    const marked = { ...amber, sensitive, markings: [{ pointer: '/sensitive', tlp: 'TLP:AMBER' }] }
    await agreed(mobile, fixed, { fieldSets: ['sensitive'] })
    const opened = await world.seen(fixed, await world.post(mobile, marked))
    const unmarked = await world.seen(fixed, await world.post(mobile, { ...amber, sensitive }))
    await agreed(mobile, fixed)
    const closed = await world.seen(fixed, await world.post(mobile, marked))
    for (const way of ways) {
      expect(opened[way]).toContain('alarm 17')
      for (const seen of [unmarked, closed]) {
        expect(seen[way]).toContain('"texts"')
        expect(seen[way]).not.toContain('alarm 17')
      }
    }
  })
})

describe('TLP:RED', () => {
  test('is read signed in by whom it was agreed with; what is pushed says only where', async () => {
    await agreed(mobile, fixed, { tlpMax: 'TLP:RED' })
    const event = await world.post(mobile, { tlp: 'TLP:RED' })
    const seen = await world.seen(fixed, event)
    expect(seen.get).toContain('"texts"')
    for (const way of ['pull', 'socket', 'webhook'] as const) {
      const { type, data } = JSON.parse(seen[way] ?? '{}')
      expect([type, Object.keys(data).toSorted()]).toEqual([
        'jp.renkei.report.notice.v1',
        ['href', 'reason', 'reportId', 'revision'],
      ])
      expect(seen[way]).not.toContain('東京都')
    }
    expect(await seenBy(third, event)).toEqual([])
  })

  test('a report that narrows to it says so to who could see it, and nothing else', async () => {
    await nothingInForce()
    const wide = await world.post(mobile)
    const red = await world.post(mobile, { tlp: 'TLP:RED' }, { ...wide, revision: 1 })
    const seen = await world.seen(third, { ...red, reportId: wide.reportId })
    expect(waysOf(seen)).toEqual(['pull', 'socket', 'webhook'])
    for (const way of ['pull', 'socket', 'webhook'] as const) {
      const { reportId } = wide
      expect(JSON.parse(seen[way] ?? '{}').data).toEqual({ reportId, reason: 'noLongerShared' })
    }
  })
})

test('who may report for another does so from the yes to the end, and nobody else', async () => {
  await nothingInForce()
  const reporter = { organisation: 'example-fixed', onBehalfOf: 'example-mvno' }
  const refused = await fixed.request('/v1/reports', {
    json: { ...emergencyReport('example-fixed'), reporter },
  })
  expect(refused.body.errors).toMatchObject([{ pointer: '/reporter/onBehalfOf' }])
  const agreement = await propose(mvno, fixed, {}, { mayReportFor: true })
  await expect(world.post(fixed, { reporter })).rejects.toThrow('onBehalfOf')
  await say(fixed, agreement, 'accept')
  const { reportId } = await world.post(fixed, { reporter })
  expect((await fixed.request(`/v1/reports/${reportId}`)).body.reporter).toMatchObject(reporter)
  const backwards = { organisation: 'example-mvno', onBehalfOf: 'example-fixed' }
  await expect(world.post(mvno, { reporter: backwards })).rejects.toThrow('onBehalfOf')
  await say(mvno, agreement, 'end')
  await expect(world.post(fixed, { reporter })).rejects.toThrow('onBehalfOf')
})

test('both parties and nobody else hear of it, by every way that pushes', async () => {
  await nothingInForce()
  const agreement: Agreement = await propose(mobile, fixed)
  await say(fixed, agreement, 'accept')
  const rows = await world.db
    .selectFrom('events')
    .select('event_id as eventId')
    .where('subject', '=', agreement.agreementId)
    .orderBy('seq')
    .execute()
  expect(rows).toHaveLength(2)
  for (const { eventId } of rows) {
    const event = { reportId: agreement.agreementId, eventId }
    for (const party of [mobile, fixed]) {
      expect(await seenBy(party, event)).toEqual(['pull', 'socket', 'webhook'])
    }
    for (const party of [third, mvno]) expect(await seenBy(party, event)).toEqual([])
  }
})
