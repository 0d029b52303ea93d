// What two organisations agree on anew takes the place of what they agreed on before, also when both
// say yes in the same moment on two machines.

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

test('accepted at once, on two machines, one cuts the other: at no instant both hold', async () => {
  const second = await startTestApi({ beside: api })
  for (let round = 0; round < 10; round += 1) {
    const { from, to } = await makePair()
    const validity = { validFrom: inDays(10), validUntil: inDays(100) }
    const a = await propose(from, to, validity)
    const b = await propose(to, from, { ...validity, validFrom: inDays(5) })
    const answers = await Promise.all([say(to, a, 'accept'), say(from.at(second), b, 'accept')])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    const both = [await readBack(from, a), await readBack(from, b)]
    const holding = both.filter(({ validFrom, validUntil }) => validFrom < validUntil)
    const [first, last] = holding.toSorted((x, y) => x.validFrom.localeCompare(y.validFrom))
    if (last) expect(first!.validUntil <= last.validFrom).toBe(true)
    expect(both.filter(({ replacedBy }) => replacedBy)).toHaveLength(1)
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
