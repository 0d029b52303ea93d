// Who stands where with a report: all of them to the reporter, with whom to call; to everybody else
// only its own. The fan-out runs here by the functions that the notifier uses.

import { expandNext, newId, recordStep, startClocks, takeOverdue } from '@renkei/db'
import { startReceiver, type Receiver } from '@renkei/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { storedEntries } from './audit-entries.ts'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'
import { add } from './register-party.ts'
import { emergencyReport, type Json, sampleReport } from './sample-report.ts'

let api: TestApi
let receiver: Receiver
let reporter: Party
let peers: [Party, Party, Party]
let reportId: string
let seq: number

beforeAll(async () => {
  api = await startTestApi()
  receiver = await startReceiver()
  reporter = await api.addParty('example-mobile', 'carrier')
  peers = [
    await api.addParty('example-a', 'carrier', allOf),
    await api.addParty('example-b', 'carrier', allOf),
    await api.addParty('example-c', 'carrier', allOf),
  ]
  for (const party of [reporter, ...peers]) {
    const json = { channel: 'webhook', target: { url: receiver.url('/hook') } }
    const { body } = await party.request('/v1/subscriptions', { json })
    expect(body.state).toBe('active')
  }
  await add(peers[0], '当直A', { channels: [{ type: 'phone', value: '+81-3-0000-1111' }] })
  await add(peers[1], '極秘B', { tlp: 'TLP:AMBER' })
})
afterAll(async () => {
  await receiver.close()
  await api.stop()
})

const allOf = [
  'reports:read',
  'acknowledgements:write',
  'subscriptions:write',
  'contacts:write',
  'feed:read',
] as const

beforeEach(async () => {
  ;({ reportId, seq } = await post(emergencyReport(reporter.organisationId)))
})

async function post(json: Json) {
  const { body } = await reporter.request('/v1/reports', { json })
  const event = await api.db
    .selectFrom('events')
    .select('seq')
    .where('report_id', '=', body.reportId)
    .executeTakeFirstOrThrow()
  for (const lane of ['level4', 'level3', 'level0to2']) await expandAll(lane)
  return { reportId: body.reportId as string, seq: event.seq }
}

async function expandAll(lane: string): Promise<void> {
  const options = {
    lane,
    notifierId: newId(),
    subscriptionsMax: 1000,
    claimMax: 0,
    claimable: () => false,
    refresh: () => Promise.resolve(),
    owedTo: (event: { recipients: readonly string[] | null }) => event.recipients === null,
    digestAt: () => null,
    onOwed: startClocks,
  }
  while (await expandNext(api.db, options));
}

const pathOf = (query = '') => `/v1/reports/${reportId}/acknowledgements${query}`
const standings = async (party: Party, query = '') => (await party.request(pathOf(query))).body

async function deliver(party: Party): Promise<void> {
  const { subscription_id: subscriptionId } = await api.db
    .selectFrom('subscriptions')
    .select('subscription_id')
    .where('organisation_id', '=', party.organisationId)
    .executeTakeFirstOrThrow()
  const key = { seq, subscription_id: subscriptionId }
  await api.db.transaction().execute(async (tx) => {
    await tx
      .deleteFrom('delivery_queue')
      .where('seq', '=', seq)
      .where('subscription_id', '=', subscriptionId)
      .execute()
    const outcome = { outcome: 'delivered', reason: 'answered 204', attempts: 1 } as const
    await tx
      .insertInto('delivery_outcomes')
      .values({ ...key, ...outcome, replay_id: null })
      .execute()
  })
}

/** As if the report had been stored so many minutes ago. */
async function ago(minutes: number): Promise<void> {
  const ms = minutes * 60_000
  await api.db
    .updateTable('acknowledgement_clocks')
    .set({
      started_at: new Date(Date.now() - ms),
      deadline_at: new Date(Date.now() - ms + 600_000),
      due_at: new Date(Date.now() - ms + 600_000),
    })
    .where('report_id', '=', reportId)
    .execute()
}

describe('the reporter', () => {
  test('sees everybody who is owed it, before anybody has received it', async () => {
    const { items } = await standings(reporter)
    expect(items.map(({ organisation }: Json) => organisation)).toEqual(
      peers.map(({ organisationId }) => organisationId),
    )
    expect(items[0]).toMatchObject({
      delivered: [],
      deadline: { level: 4, revision: 1, overdue: false, step: 0, exhausted: false },
    })
    const { startedAt, dueAt } = items[0].deadline
    expect(Date.parse(dueAt) - Date.parse(startedAt)).toBe(600_000)
  })

  test('sees what machines received apart from what people said', async () => {
    await deliver(peers[0])
    await peers[1].request(pathOf(), { json: { revision: 1, kind: 'delivered' } })
    const said = { revision: 1, kind: 'seen', by: 'NOC当直', remark: '確認しました' }
    await peers[2].request(pathOf(), { json: said })
    const [a, b, c] = (await standings(reporter)).items
    expect(a).toMatchObject({ delivered: [{ channel: 'webhook', revision: 1 }] })
    expect(b).toMatchObject({ delivered: [{ channel: 'acknowledged', revision: 1 }] })
    for (const machine of [a, b]) {
      expect(machine).not.toHaveProperty('seen')
      expect(machine.deadline).not.toHaveProperty('answeredAt')
    }
    expect(c).toMatchObject({ delivered: [], seen: said, deadline: { overdue: false } })
    expect(c.deadline).toHaveProperty('answeredAt')
  })

  test('sees whom to call where an answer is overdue, as far as the register lets it', async () => {
    await peers[2].request(pathOf(), { json: { revision: 1, kind: 'seen' } })
    await ago(11)
    const [a, b, c] = (await standings(reporter)).items
    expect(a).toMatchObject({
      deadline: { overdue: true },
      call: { name: '当直A', role: 'nocDuty', phones: ['+81-3-0000-1111'] },
    })
    expect(b).toMatchObject({ deadline: { overdue: true } })
    expect(b).not.toHaveProperty('call')
    expect(c).toMatchObject({ deadline: { overdue: false } })
    expect(c).not.toHaveProperty('call')
    const looks = await storedEntries(api, 'contact.read')
    expect(looks.at(-1)).toMatchObject({
      organisation_id: reporter.organisationId,
      object_owner: peers[0].organisationId,
      object_type: 'contact',
    })
  })

  test('sees how far the escalation has come', async () => {
    await ago(1000)
    await api.db.transaction().execute(async (tx) => {
      const taken = await takeOverdue(tx, new Date(), [])
      await recordStep(tx, taken!.clock, {
        step: 1,
        at: new Date(),
        contactId: null,
        mailId: null,
        callContactId: null,
        exhausted: true,
        nextAt: null,
      })
    })
    const steps = (await standings(reporter)).items.map(({ deadline }: Json) => deadline)
    expect(steps.filter(({ exhausted }: Json) => exhausted)).toMatchObject([{ step: 1 }])
  })

  test('reads them page by page, each once', async () => {
    const seenIds: string[] = []
    let query = '?limit=1'
    for (let page = 0; page < 4; page += 1) {
      const { items, next } = await standings(reporter, query)
      seenIds.push(...items.map(({ organisation }: Json) => organisation))
      if (next === undefined) break
      query = `?limit=1&cursor=${next}`
    }
    expect(seenIds).toEqual(peers.map(({ organisationId }) => organisationId))
  })

  test('asks for one revision and gets only what was said on it', async () => {
    await peers[0].request(pathOf(), { json: { revision: 1, kind: 'seen' } })
    await reporter.request(`/v1/reports/${reportId}/revisions`, {
      json: emergencyReport(reporter.organisationId),
      headers: { 'if-match': '"1"' },
    })
    await expandAll('level4')
    await peers[0].request(pathOf(), { json: { revision: 2, kind: 'seen' } })
    const of = async (query: string) => (await standings(reporter, query)).items[0].seen.revision
    expect([await of(''), await of('?revision=1'), await of('?revision=2')]).toEqual([2, 1, 2])
    expect(await reporter.request(pathOf('?revision=3'))).toMatchObject({ status: 404 })
  })
})

describe('who has received it', () => {
  test('sees its own standing and nothing of others, not even that there are any', async () => {
    await peers[1].request(pathOf(), {
      json: { revision: 1, kind: 'seen', by: '他社の当直', remark: '秘密' },
    })
    await ago(11)
    const answer = await peers[0].request(pathOf('?limit=200'))
    expect(answer.body.items).toMatchObject([{ organisation: peers[0].organisationId }])
    expect(answer.body).not.toHaveProperty('next')
    expect(JSON.stringify(answer.body)).not.toMatch(/example-b|example-c|当直|秘密|call/)
  })

  test('who was owed nothing and may know of it sees that nothing is on record for it', async () => {
    const late = await api.addParty('example-late', 'carrier')
    expect(await standings(late)).toEqual({
      items: [{ organisation: 'example-late', delivered: [] }],
    })
    expect((await standings(reporter)).items).toHaveLength(3)
  })

  test('may not know of it any more: it is not found', async () => {
    const { reportId: narrow } = await post(sampleReport('example-mobile', { tlp: 'TLP:AMBER' }))
    const address = `/v1/reports/${narrow}/acknowledgements`
    expect(await peers[0].request(address)).toMatchObject({ status: 404 })
  })
})
