// Agreements through the API: who may do what, who is told, and that terms never stack.

import type { Agreement } from '@renkei/schema'
import { waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { inDays, propose, readBack, say, terms } from './agreement-talk.ts'
import type { Party } from './parties.ts'
import type { Json } from './sample-report.ts'

let api: TestApi
let mobile: Party
let fixed: Party
let third: Party
let nr = 0

beforeAll(async () => {
  api = await startTestApi()
  mobile = await api.addParty('example-mobile', 'carrier', ['admin'])
  fixed = await api.addParty('example-fixed', 'carrier', ['admin'])
  third = await api.addParty('example-third', 'carrier', ['admin'])
})

afterAll(() => api.stop())

// Two carriers that nobody else has agreed with.
async function makePair() {
  nr += 1
  const from = await api.addParty(`pair-${nr}-a`, 'carrier', ['admin'])
  const to = await api.addParty(`pair-${nr}-b`, 'carrier', ['admin'])
  return { from, to }
}

// All that is in the feed by now: a reader may be behind it for a moment.
async function heard(party: Party, { agreementId }: Agreement): Promise<string[]> {
  const { head } = await api.db.selectFrom('feed').select('head').executeTakeFirstOrThrow()
  const read = () => party.request('/v1/events?after=0000000000000000&limit=500')
  await waitFor(async () => Number((await read()).body.next) >= head)
  const events = (await read()).body.events as Json[]
  return events.filter(({ subject }) => subject === agreementId).map(({ type }) => String(type))
}

const named = (...verbs: string[]) => verbs.map((verb) => `jp.renkei.agreement.${verb}.v1`)

async function entriesOf({ agreementId }: Agreement): Promise<unknown[]> {
  const rows = await api.db
    .selectFrom('audit_entries')
    .select(['action', 'organisation_id', 'object_owner', 'object_ids'])
    .where('chain', '=', 'write')
    .orderBy('seq')
    .execute()
  return rows
    .filter((row) => row.object_ids.includes(agreementId))
    .map((row) => [row.action, row.organisation_id, row.object_owner])
}

describe('a proposal', () => {
  test('is answered with all its terms and where it is, and binds nobody', async () => {
    const { from, to } = await makePair()
    const answer = await from.request('/v1/agreements', { json: terms(from, to) })
    const { agreementId } = answer.body
    expect(answer.headers.get('location')).toBe(`/v1/agreements/${agreementId}`)
    expect(answer.body).toMatchObject({ proposer: from.organisationId, state: 'proposed' })
    expect(answer.body.shares).toMatchObject([{ minLevel: 0, mayReportFor: false }])
    expect(await readBack(to, answer.body)).toEqual(answer.body)
    expect(answer.body).not.toHaveProperty('decidedAt')
  })

  test.each<[string, Json, string, string]>([
    ['without an NDA', { ndaReference: undefined }, '/ndaReference', 'required'],
    ['of a member nobody knows', { secret: 1 }, '/secret', 'unknown'],
    ['to nobody who is registered', { counterpart: 'nobody' }, '/counterpart', ''],
    ['to itself', { counterpart: 'example-mobile' }, '/counterpart', 'counterpart.other'],
    ['that has ended', { validUntil: inDays(-1) }, '/validUntil', 'validity.past'],
    ['dated back', { validFrom: inDays(-2) }, '/validFrom', 'validity.past'],
    ['for too long', { validUntil: inDays(5 * 366) }, '/validUntil', 'validity.length'],
    ['that ends before it begins', { validFrom: inDays(200) }, '/validUntil', 'validity.order'],
    ['of no share', { shares: [] }, '/shares', ''],
  ])('%s is refused, naming field and rule', async (_, members, pointer, rule) => {
    const json: Json = terms(mobile, fixed, members)
    if (json['counterpart'] === 'nobody') {
      json['shares'] = [{ from: 'nobody', to: 'example-mobile', tlpMax: 'TLP:RED', fieldSets: [] }]
    }
    const { status, body } = await mobile.request('/v1/agreements', { json })
    expect([status, body.code]).toEqual([422, 'invalid-agreement'])
    expect(body.errors).toHaveLength(1)
    expect(body.errors[0].pointer).toBe(pointer)
    expect(body.errors[0].rule).toContain(rule)
  })

  test.each<[string, Json, string]>([
    ['widens what needs no agreement', { tlpMax: 'TLP:CLEAR' }, '/shares/0/tlpMax'],
    ['concerns a third party', { from: 'example-third' }, '/shares/0'],
    ['names no kind at all', { kinds: [] }, '/shares/0/kinds'],
    ['opens what is no part of a report', { fieldSets: ['all'] }, '/shares/0/fieldSets/0'],
  ])('whose share %s is refused', async (_, members, pointer) => {
    const share = { from: 'example-mobile', to: 'example-fixed', tlpMax: 'TLP:AMBER' }
    const shares = [{ ...share, fieldSets: [], ...members }]
    const { status, body } = await mobile.request('/v1/agreements', {
      json: terms(mobile, fixed, { shares }),
    })
    expect(status).toBe(422)
    expect(body.errors.map((fault: Json) => fault['pointer'])).toEqual([pointer])
  })

  test('with two shares of one direction is refused', async () => {
    const [share] = terms(mobile, fixed)['shares'] as Json[]
    const json = terms(mobile, fixed, { shares: [share, share] })
    const { body } = await mobile.request('/v1/agreements', { json })
    expect(body.errors[0]).toMatchObject({ pointer: '/shares/1', rule: 'shares.direction' })
  })

  test('that is sent again is answered with the first, and told once', async () => {
    const { from, to } = await makePair()
    const json = terms(from, to)
    const first = await from.request('/v1/agreements', { json })
    const second = await from.request('/v1/agreements', { json })
    expect([first.status, second.status]).toEqual([201, 200])
    expect(second.body).toEqual(first.body)
    expect(second.headers.get('location')).toBe(first.headers.get('location'))
    expect(await heard(to, first.body)).toEqual(named('proposed'))
    const changed = await propose(from, to, { ...json, remark: 'another' })
    expect(changed.agreementId).not.toBe(first.body.agreementId)
  })

  test('beyond the limit of the organisation is refused until one is taken back', async () => {
    const small = await startTestApi({ beside: api, env: { RENKEI_AGREEMENTS_MAX: '1' } })
    const { from, to } = await makePair()
    const here = from.at(small)
    const first = await propose(here, to)
    const json = terms(from, to, { remark: 'one more' })
    expect((await here.request('/v1/agreements', { json })).body.code).toBe('limit-reached')
    await say(here, first, 'withdraw')
    expect((await here.request('/v1/agreements', { json })).status).toBe(201)
    await small.stop()
  })
})

describe('who may say what', () => {
  test.each([
    ['accept', 'counterpart', 'active', 'accepted'],
    ['decline', 'counterpart', 'declined', 'declined'],
    ['withdraw', 'proposer', 'withdrawn', 'withdrawn'],
  ])('%s: only the %s; again answers the same', async (word, who, state, done) => {
    const { from, to } = await makePair()
    const agreement = await propose(from, to)
    const [right, wrong] = who === 'proposer' ? [from, to] : [to, from]
    const refused = await say(wrong, agreement, word)
    expect([refused.status, refused.body.code]).toEqual([409, 'transition-refused'])
    const first = await say(right, agreement, word)
    expect([first.status, first.body.state]).toEqual([200, state])
    const again = await say(right, agreement, word)
    expect([again.status, again.body]).toEqual([200, first.body])
    expect(await readBack(wrong, agreement)).toEqual(first.body)
    for (const party of [from, to]) {
      expect(await heard(party, agreement)).toEqual(named('proposed', done))
    }
    const by = right.organisationId
    expect(await entriesOf(agreement)).toEqual([
      ['agreement.proposed', from.organisationId, from.organisationId],
      ['agreement.proposed', from.organisationId, to.organisationId],
      [`agreement.${done}`, by, from.organisationId],
      ...(right === from ? [[`agreement.${done}`, by, to.organisationId]] : []),
      ['agreement.read', by, from.organisationId],
    ])
  })

  test('what the proposer does stands in the audit trail of the counterpart, too', async () => {
    const { from, to } = await makePair()
    const agreement = await propose(from, to)
    await say(from, agreement, 'withdraw')
    const { body } = await to.request('/v1/audit')
    expect(
      body.items.map((item: Json) => [item.action, item.organisation, item.objects]).toReversed(),
    ).toEqual([
      ['agreement.proposed', from.organisationId, [agreement.agreementId]],
      ['agreement.withdrawn', from.organisationId, [agreement.agreementId]],
    ])
  })

  test.each(['proposer', 'counterpart'])('the %s ends it at once, with a reason', async (who) => {
    const { from, to } = await makePair()
    const agreement = await propose(from, to)
    expect((await say(from, agreement, 'end')).status).toBe(409)
    await say(to, agreement, 'accept')
    const ender = who === 'proposer' ? from : to
    const path = `/v1/agreements/${agreement.agreementId}/end`
    const unreasoned = await ender.request(path, { json: {} })
    expect(unreasoned.body.errors[0]).toMatchObject({ pointer: '/reason', rule: 'required' })
    const ended = await say(ender, agreement, 'end')
    const endedBy = ender.organisationId
    expect(ended.body).toMatchObject({ state: 'ended', endedBy, endReason: 'the NDA ends' })
    expect((await say(from, agreement, 'end')).body).toEqual(ended.body)
    expect((await say(to, agreement, 'accept')).status).toBe(409)
    expect(await heard(to, agreement)).toEqual(named('proposed', 'accepted', 'ended'))
  })

  test('silence is no consent: a proposal that was not accepted in time has lapsed', async () => {
    const { from, to } = await makePair()
    const agreement = await propose(from, to)
    const { agreementId } = agreement
    await api.db
      .updateTable('agreements')
      .set({ valid_from: new Date(0), valid_until: new Date() })
      .where('agreement_id', '=', agreementId)
      .execute()
    const refused = await say(to, agreement, 'accept')
    expect([refused.status, refused.body.from, refused.body.allowed]).toEqual([409, 'lapsed', []])
    expect((await readBack(from, agreement)).state).toBe('lapsed')
  })

  test('a proposal may be accepted for as many days as the operator says, and has lapsed then', async () => {
    const { from, to } = await makePair()
    const [old, young] = [await propose(from, to), await propose(to, from)]
    const proposed = await api.db
      .selectFrom('agreements')
      .select(['proposed_at', 'accept_until'])
      .where('agreement_id', '=', old.agreementId)
      .executeTakeFirstOrThrow()
    const days = (proposed.accept_until.getTime() - proposed.proposed_at.getTime()) / 86_400_000
    expect(days).toBe(30)
    await api.db
      .updateTable('agreements')
      .set({ accept_until: new Date() })
      .where('agreement_id', '=', old.agreementId)
      .execute()
    const refused = await say(to, old, 'accept')
    expect([refused.status, refused.body.from, refused.body.allowed]).toEqual([409, 'lapsed', []])
    expect(await say(from, young, 'accept')).toMatchObject({ status: 200 })
    expect((await readBack(from, old)).state).toBe('lapsed')
  })

  test('to a third party it is not there, and looks like one that never was', async () => {
    const agreement = await propose(mobile, fixed)
    const never = { ...agreement, agreementId: '01985a7c-6f00-7a3e-9c1d-2b4f6a8c0e12' }
    const about = ({ body: { requestId: _, instance: __, ...rest } }: { body: Json }) => rest
    for (const word of ['', 'accept', 'decline', 'withdraw', 'end']) {
      const ask = ({ agreementId }: Agreement) =>
        word === ''
          ? third.request(`/v1/agreements/${agreementId}`)
          : say(third, { ...agreement, agreementId }, word)
      const [foreign, absent] = [await ask(agreement), await ask(never)]
      expect([foreign.status, about(foreign)]).toEqual([404, about(absent)])
    }
    expect((await third.request('/v1/agreements')).body.items).toEqual([])
    const listed = await third.request('/v1/agreements?counterpart=example-mobile')
    expect(listed.body.items).toEqual([])
    expect(await heard(third, agreement)).toEqual([])
  })

  test('only admin writes; reports:read reads', async () => {
    const agreement = await propose(mobile, fixed, { remark: 'read only' })
    const reader = await api.addParty('example-fixed', 'carrier', ['reports:read'])
    const writer = await api.addParty('example-fixed', 'carrier', ['reports:write'])
    expect((await readBack(reader, agreement)).state).toBe('proposed')
    expect((await say(reader, agreement, 'accept')).status).toBe(403)
    expect((await writer.request('/v1/agreements')).status).toBe(403)
    const json = terms(fixed, mobile)
    expect((await reader.request('/v1/agreements', { json })).status).toBe(403)
  })
})

describe('the list', () => {
  test('is newest first, by state and by the other party, page by page', async () => {
    const { from, to } = await makePair()
    const other = await api.addParty('list-other', 'mvno', ['admin'])
    const made = [
      await propose(from, to),
      await propose(to, from),
      await propose(from, other),
      await propose(from, to, { remark: 'two' }),
    ].map(({ agreementId }) => agreementId)
    await say(to, { agreementId: made[3] } as Agreement, 'decline')
    const ids = async (query: string) => {
      const { body } = await from.request(`/v1/agreements?${query}`)
      return (body.items as Agreement[]).map(({ agreementId }) => made.indexOf(agreementId))
    }
    expect(await ids('')).toEqual([3, 2, 1, 0])
    expect(await ids(`counterpart=${to.organisationId}`)).toEqual([3, 1, 0])
    expect(await ids('state=declined')).toEqual([3])
    expect(await ids('state=proposed&state=declined&counterpart=list-other')).toEqual([2])
    const first = await from.request('/v1/agreements?limit=3')
    expect(await ids(`limit=3&cursor=${first.body.next}`)).toEqual([0])
    expect((await from.request('/v1/agreements?state=asleep')).status).toBe(400)
  })
})
