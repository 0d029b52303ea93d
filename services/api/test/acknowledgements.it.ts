// Acknowledgements over HTTP: who may give one, what is kept, and who learns of it.

import { newId } from '@renkei/db'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storedEntries } from './audit-entries.ts'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { agree, type Party } from './parties.ts'
import { emergencyReport, type Json, sampleReport } from './sample-report.ts'

let api: TestApi
let reporter: Party
let peer: Party
let other: Party

beforeAll(async () => {
  api = await startTestApi()
  reporter = await api.addParty('example-mobile', 'carrier')
  peer = await api.addParty('example-fixed', 'carrier')
  other = await api.addParty('example-isp', 'carrier')
})
afterAll(() => api.stop())

async function post(members: Json = {}): Promise<string> {
  const json = emergencyReport(reporter.organisationId, members)
  const { status, body } = await reporter.request('/v1/reports', { json })
  expect({ status, body }).toMatchObject({ status: 201 })
  return body.reportId
}

async function revise(reportId: string, revision: number, members: Json): Promise<void> {
  const json = emergencyReport(reporter.organisationId, members)
  const { status, body } = await reporter.request(`/v1/reports/${reportId}/revisions`, {
    json,
    headers: { 'if-match': `"${revision - 1}"` },
  })
  expect({ status, body }).toMatchObject({ status: 200 })
}

const pathOf = (reportId: string) => `/v1/reports/${reportId}/acknowledgements`
const give = (party: Party, reportId: string, json: Json, headers = {}) =>
  party.request(pathOf(reportId), { json, headers })
const seen = { revision: 1, kind: 'seen' }
const impacted = {
  revision: 1,
  kind: 'assessed',
  answer: 'impacted',
  by: 'NOC当直',
  remark: '呼損を確認',
}

const statusesOf = (answers: readonly { status: number }[]) =>
  answers.map(({ status }) => status).toSorted((a, b) => a - b)

const entriesOf = (reportId: string) =>
  api.db
    .selectFrom('acknowledgements')
    .select(['kind', 'answer'])
    .where('report_id', '=', reportId)
    .orderBy('entry')
    .execute()
const noticesOf = (reportId: string) =>
  api.db
    .selectFrom('events')
    .select(['type', 'recipients', 'organisation_id as by', 'level', 'content'])
    .where('subject', '=', reportId)
    .where('report_id', 'is', null)
    .orderBy('seq')
    .execute()

describe('an acknowledgement', () => {
  test('is kept, and the reporter alone is told by whom, with what was said', async () => {
    const reportId = await post()
    const { status, body } = await give(peer, reportId, impacted)
    expect({ status, body }).toMatchObject({
      status: 201,
      body: { ...impacted, reportId, organisation: peer.organisationId, via: 'api' },
    })
    expect(await noticesOf(reportId)).toMatchObject([
      {
        type: 'jp.renkei.acknowledgement.recorded.v1',
        recipients: [reporter.organisationId],
        by: peer.organisationId,
        level: 2,
        content: body,
      },
    ])
    const of = async (party: Party) =>
      (await party.request('/v1/events?after=0&limit=500')).body.events.filter(
        ({ type, subject }: Json) =>
          subject === reportId && String(type).includes('acknowledgement'),
      )
    expect((await of(reporter)).map(({ data }: Json) => data)).toEqual([body])
    expect(await of(peer)).toEqual([])
    expect(await of(other)).toEqual([])
  })

  test('is on record with what was said in it, without remark and name', async () => {
    const reportId = await post()
    await give(peer, reportId, impacted)
    const entries = await storedEntries(api, 'acknowledgement.recorded')
    expect(entries.filter((entry) => entry.object_ids[0] === reportId)).toMatchObject([
      {
        organisation_id: peer.organisationId,
        key_id: peer.keyId,
        object_owner: reporter.organisationId,
        detail: { revision: 1, kind: 'assessed', answer: 'impacted', via: 'api' },
      },
    ])
    expect(JSON.stringify(entries)).not.toMatch(/当直|呼損/)
  })

  test('that says no more than the one before changes nothing and tells nobody', async () => {
    const reportId = await post()
    const first = await give(peer, reportId, impacted)
    for (const json of [impacted, seen, { revision: 1, kind: 'delivered' }]) {
      expect(await give(peer, reportId, json)).toMatchObject({ status: 200, body: first.body })
    }
    expect(await entriesOf(reportId)).toHaveLength(1)
    expect(await noticesOf(reportId)).toHaveLength(1)
  })

  test('of a higher kind is added, and an answer is corrected by another one', async () => {
    const reportId = await post()
    for (const json of [{ revision: 1, kind: 'delivered' }, seen, impacted]) {
      expect(await give(peer, reportId, json)).toMatchObject({ status: 201 })
    }
    const corrected = { ...impacted, answer: 'notImpacted' }
    expect(await give(peer, reportId, corrected)).toMatchObject({ status: 201 })
    expect(await entriesOf(reportId)).toEqual([
      { kind: 'delivered', answer: null },
      { kind: 'seen', answer: null },
      { kind: 'assessed', answer: 'impacted' },
      { kind: 'assessed', answer: 'notImpacted' },
    ])
    const { body } = await reporter.request(pathOf(reportId))
    expect(body.items).toMatchObject([{ seen: { kind: 'seen' }, assessed: corrected }])
  })

  test('is one when two keys of an organisation say the same at once', async () => {
    const reportId = await post()
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => give(peer, reportId, impacted)),
    )
    expect(statusesOf(answers)).toEqual([...Array(7).fill(200), 201])
    expect(new Set(answers.map(({ body }) => body.acknowledgementId)).size).toBe(1)
    expect(await noticesOf(reportId)).toHaveLength(1)
  })

  test('and another at once are both kept, in one order', async () => {
    const reportId = await post()
    const yes = give(peer, reportId, impacted)
    const no = give(peer, reportId, { ...impacted, answer: 'notImpacted' })
    expect((await Promise.all([yes, no])).map(({ status }) => status)).toEqual([201, 201])
    const kept = await entriesOf(reportId)
    const { body } = await reporter.request(pathOf(reportId))
    expect(body.items[0].assessed.answer).toBe(kept[1]?.answer)
    expect(kept).toHaveLength(2)
  })

  test('is taken after the report was closed, as history', async () => {
    const reportId = await post()
    await api.db
      .updateTable('reports')
      .set({ open: false })
      .where('report_id', '=', reportId)
      .execute()
    expect(await give(peer, reportId, impacted)).toMatchObject({ status: 201 })
  })
})

describe('a request that is repeated', () => {
  const once = () => ({ 'idempotency-key': `"${newId()}"` })

  test('with its key gets the first answer, also after a correction', async () => {
    const reportId = await post()
    const key = once()
    const first = await give(peer, reportId, impacted, key)
    await give(peer, reportId, { ...impacted, answer: 'notImpacted' })
    const again = await give(peer, reportId, impacted, key)
    expect(again).toMatchObject({ status: 200, body: first.body })
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(await entriesOf(reportId)).toHaveLength(2)
  })

  test('with its key and another body is refused', async () => {
    const reportId = await post()
    const key = once()
    await give(peer, reportId, seen, key)
    const refused = { status: 409, body: { code: 'idempotency-conflict' } }
    expect(await give(peer, reportId, impacted, key)).toMatchObject(refused)
    expect(await give(peer, await post(), seen, key)).toMatchObject(refused)
    const json = sampleReport(peer.organisationId)
    expect(await peer.request('/v1/reports', { json, headers: key })).toMatchObject(refused)
    expect(await entriesOf(reportId)).toHaveLength(1)
  })

  test('many times at once is stored once', async () => {
    const reportId = await post()
    const key = once()
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => give(peer, reportId, impacted, key)),
    )
    expect(statusesOf(answers)).toEqual([...Array(5).fill(200), 201])
    expect(await entriesOf(reportId)).toHaveLength(1)
  })

  test('one key on two reports at once: one of them is refused', async () => {
    const reports = await Promise.all([post(), post()])
    const key = once()
    const answers = await Promise.all(reports.map((reportId) => give(peer, reportId, seen, key)))
    expect(statusesOf(answers)).toEqual([201, 409])
  })
})

describe('refused', () => {
  test('by the reporter itself', async () => {
    const reportId = await post()
    expect(await give(reporter, reportId, seen)).toMatchObject({
      status: 409,
      body: { code: 'own-report' },
    })
  })

  test('for a revision that does not exist, as for a report that does not', async () => {
    const reportId = await post()
    const missing = await give(peer, reportId, { ...seen, revision: 2 })
    const unknown = await give(peer, newId(), seen)
    expect([missing, unknown]).toMatchObject([{ status: 404 }, { status: 404 }])
    expect(missing.body.detail).toBe(unknown.body.detail)
  })

  test('once the report is narrowed to TLP:RED, for every revision of it, and nothing is read', async () => {
    const reportId = await post()
    await give(peer, reportId, impacted)
    await revise(reportId, 2, { tlp: 'TLP:RED' })
    for (const revision of [1, 2]) {
      expect(await give(peer, reportId, { ...seen, revision })).toMatchObject({ status: 404 })
    }
    expect(await peer.request(pathOf(reportId))).toMatchObject({ status: 404 })
    expect((await reporter.request(pathOf(reportId))).body.items).toHaveLength(1)
  })

  test('for an earlier revision that was too narrow for the caller', async () => {
    const reportId = await post({ tlp: 'TLP:AMBER' })
    await revise(reportId, 2, { tlp: 'TLP:GREEN' })
    expect(await give(peer, reportId, seen)).toMatchObject({ status: 404 })
    expect(await give(peer, reportId, { ...seen, revision: 2 })).toMatchObject({ status: 201 })
  })

  test('to whom only an agreement let know, once that has ended', async () => {
    const { agreementId } = await agree(api, reporter, other)
    const reportId = await post({ tlp: 'TLP:AMBER' })
    expect(await give(other, reportId, seen)).toMatchObject({ status: 201 })
    await api.db
      .updateTable('agreements')
      .set({ state: 'ended', ended_at: new Date() })
      .where('agreement_id', '=', agreementId)
      .execute()
    expect(await give(other, reportId, impacted)).toMatchObject({ status: 404 })
  })

  test.each([
    ['unknown members', { ...seen, via: 'mail' }, '/via'],
    ['a remark that is too long', { ...seen, remark: 'x'.repeat(1001) }, '/remark'],
    ['an assessment without an answer', { revision: 1, kind: 'assessed' }, '/answer'],
    ['no revision', { kind: 'seen' }, '/revision'],
  ])('with %s, by place', async (_, json, pointer) => {
    const reportId = await post()
    const { status, body } = await give(peer, reportId, json)
    expect({ status, body }).toMatchObject({
      status: 422,
      body: { code: 'invalid-acknowledgement', errors: [{ pointer }] },
    })
    expect(await entriesOf(reportId)).toEqual([])
  })

  test('after twenty different words on a revision; what stands can still be read and repeated', async () => {
    const reportId = await post()
    const nth = (n: number) => give(peer, reportId, { ...impacted, remark: `第${n}報` })
    for (let n = 1; n <= 20; n += 1) expect(await nth(n)).toMatchObject({ status: 201 })
    expect(await nth(21)).toMatchObject({ status: 429, body: { code: 'limit-reached' } })
    expect(await nth(20)).toMatchObject({ status: 200 })
    expect(await noticesOf(reportId)).toHaveLength(20)
  })

  test('to a key that may only read', async () => {
    const reader = await api.addParty(peer.organisationId, 'carrier', ['reports:read', 'feed:read'])
    expect(await give(reader, await post(), seen)).toMatchObject({ status: 403 })
  })
})
