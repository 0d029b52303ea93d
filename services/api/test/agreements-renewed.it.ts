// What two organisations agree on anew takes the place of what they agreed on before and of what else
// they have proposed, also when both say yes in the same moment on two machines.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { inDays, propose, readBack, say } from './agreement-talk.ts'
import { startTestApi, type TestApi } from './build-test-app.ts'

let api: TestApi
let nr = 0

beforeAll(async () => {
  api = await startTestApi()
})

afterAll(() => api.stop())

async function makePair() {
  nr += 1
  const from = await api.addParty(`pair-${nr}-a`, 'carrier', ['admin'])
  const to = await api.addParty(`pair-${nr}-b`, 'carrier', ['admin'])
  return { from, to }
}

test('a renewal cuts what was agreed before, at its beginning: no gap and no overlap', async () => {
  const { from, to } = await makePair()
  const old = await propose(from, to)
  await say(to, old, 'accept')
  const renewal = await propose(to, from, { validFrom: inDays(50), validUntil: inDays(300) })
  await say(from, renewal, 'accept')
  expect(await readBack(from, old)).toMatchObject({
    state: 'active',
    validUntil: renewal.validFrom,
    replacedBy: renewal.agreementId,
  })
})

test('one that has begun already cuts what was agreed before at once', async () => {
  const { from, to } = await makePair()
  const old = await propose(from, to)
  await say(to, old, 'accept')
  const next = await propose(from, to, { validFrom: inDays(-0.5) })
  const accepted = await say(to, next, 'accept')
  const { validUntil, state } = await readBack(from, old)
  expect([state, validUntil]).toEqual(['expired', accepted.body.decidedAt])
})

test('what was agreed for later and another pair are left alone', async () => {
  const { from, to } = await makePair()
  const later = await propose(from, to, { validFrom: inDays(200), validUntil: inDays(300) })
  const { to: third } = await makePair()
  const elsewhere = await propose(from, third)
  await say(to, later, 'accept')
  await say(third, elsewhere, 'accept')
  const now = await propose(from, to, { validUntil: later.validFrom })
  await say(to, now, 'accept')
  expect((await readBack(from, later)).validUntil).toBe(later.validUntil)
  expect((await readBack(from, elsewhere)).validUntil).toBe(elsewhere.validUntil)
})

test('what else the two have proposed is withdrawn in favour of what was accepted, and both are told', async () => {
  const { from, to } = await makePair()
  const broad = await propose(from, to, {}, { tlpMax: 'TLP:RED' })
  const back = await propose(to, from, { validFrom: inDays(200), validUntil: inDays(300) })
  const { to: third } = await makePair()
  const elsewhere = await propose(from, third)
  const narrow = await propose(from, to, {}, { tlpMax: 'TLP:GREEN' })
  await say(to, narrow, 'accept')
  for (const other of [broad, back]) {
    expect(await readBack(to, other)).toMatchObject({
      state: 'withdrawn',
      replacedBy: narrow.agreementId,
    })
    const told = await api.db
      .selectFrom('events')
      .select(['type', 'recipients'])
      .where('subject', '=', other.agreementId)
      .orderBy('seq')
      .execute()
    const type = 'jp.renkei.agreement.withdrawn.v1'
    expect(told.at(-1)).toEqual({ type, recipients: [other.proposer, other.counterpart] })
  }
  const refused = await say(to, broad, 'accept')
  expect([refused.status, refused.body.from, refused.body.allowed]).toEqual([409, 'withdrawn', []])
  expect((await readBack(from, elsewhere)).state).toBe('proposed')
  expect((await readBack(from, narrow)).state).toBe('active')
})

test('of two that are accepted at once, on two machines, one holds and the other is withdrawn', async () => {
  const second = await startTestApi({ beside: api })
  for (let round = 0; round < 10; round += 1) {
    const { from, to } = await makePair()
    const a = await propose(from, to)
    const b = await propose(to, from, { validFrom: inDays(5) })
    const answers = await Promise.all([say(to, a, 'accept'), say(from.at(second), b, 'accept')])
    const statuses = answers.map(({ status }) => status)
    expect(statuses.toSorted((x, y) => x - y)).toEqual([200, 409])
    const both = [await readBack(from, a), await readBack(from, b)]
    const [won, lost] = statuses[0] === 200 ? both : both.toReversed()
    expect(won).toMatchObject({ state: 'active' })
    expect(won!.replacedBy).toBeUndefined()
    expect(lost).toMatchObject({ state: 'withdrawn', replacedBy: won!.agreementId })
  }
  await second.stop()
})

test('accepted and taken back at once: one of the two words counts', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { from, to } = await makePair()
    const agreement = await propose(from, to)
    const words = [say(to, agreement, 'accept'), say(from, agreement, 'withdraw')]
    const statuses = (await Promise.all(words)).map(({ status }) => status)
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 409])
    const { state } = await readBack(to, agreement)
    expect(state).toBe(statuses[0] === 200 ? 'active' : 'withdrawn')
    const told = api.db.selectFrom('events').where('subject', '=', agreement.agreementId)
    expect(await told.select('type').execute()).toHaveLength(2)
  }
})
