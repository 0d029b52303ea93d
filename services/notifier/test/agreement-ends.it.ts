// Both parties hear before an agreement ends and when it has: at the right instant, each time once,
// whoever looks and however long nobody did. The clock is the test's.

import type { Db } from '@renkei/db'
import { newId } from '@renkei/db'
import { waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { agree } from '../../../test/support/agree.ts'
import { startTestNotifier } from '../../../test/support/notifier.ts'
import { openWorld, type World } from '../../../test/support/world.ts'
import { tellEnds } from '../src/agreements/tell-ends.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world.close())

const dayMs = 86_400_000
const look = (at: Date, db: Db = world.db) => tellEnds({ db, clock: { now: () => at }, newId })
const after = (at: Date, ms: number) => new Date(at.getTime() + ms)

async function makeAgreement(validUntil: Date, validFrom = after(validUntil, -400 * dayMs)) {
  const [from, to] = [await world.organisation(), await world.organisation()]
  const at = after(validUntil, -399 * dayMs)
  const { agreementId } = await agree(world.db, from, to, { validFrom, validUntil, at })
  return { agreementId, from, to, renew: () => agree(world.db, to, from, renewal(validUntil, at)) }
}

const renewal = (validFrom: Date, at: Date) => ({
  validFrom: after(validFrom, -dayMs * 60),
  validUntil: after(validFrom, 100 * dayMs),
  at,
})

async function toldOf(agreementId: string) {
  const rows = await world.db
    .selectFrom('events')
    .select(['type', 'recipients', 'recorded_at as at', 'content'])
    .where('subject', '=', agreementId)
    .orderBy('seq')
    .execute()
  return rows.map(({ type, ...rest }) => ({ ...rest, type: type.split('.')[3] }))
}

const typesOf = async (agreementId: string) => (await toldOf(agreementId)).map(({ type }) => type)

describe('the instants', () => {
  test.each([
    ['an ordinary end', '2027-06-15T00:00:00+09:00'],
    ['a year end', '2027-12-31T23:59:59.999+09:00'],
    ['the first instant of a year', '2028-01-01T00:00:00+09:00'],
    ['a leap day', '2028-02-29T12:00:00+09:00'],
    ['the day after one', '2028-03-01T00:00:00+09:00'],
  ])(
    '%s: 30, 7 and 1 days of 24 hours before, and at the end, to the millisecond',
    async (_, end) => {
      const until = new Date(end)
      const { agreementId, from, to } = await makeAgreement(until)
      let told: (string | undefined)[] = []
      for (const days of [30, 7, 1, 0]) {
        const due = after(until, -days * dayMs)
        await look(after(due, -1))
        expect(await typesOf(agreementId)).toEqual(told)
        await look(due)
        told = [...told, days === 0 ? 'expired' : 'expiring']
        expect(await typesOf(agreementId)).toEqual(told)
        await look(after(due, 1))
        expect(await typesOf(agreementId)).toEqual(told)
      }
      for (const { recipients, content } of await toldOf(agreementId)) {
        expect(recipients?.toSorted()).toEqual([from, to].toSorted())
        expect(content).toMatchObject({ agreementId, validUntil: until.toISOString() })
      }
      const states = (await toldOf(agreementId)).map(({ content }) => (content as Json)['state'])
      expect(states).toEqual(['active', 'active', 'active', 'expired'])
    },
  )
})

type Json = Record<string, unknown>

describe('nobody hears twice', () => {
  test('after a downtime over several reminders only the latest is told', async () => {
    const until = new Date('2026-05-01T00:00:00Z')
    const { agreementId } = await makeAgreement(until)
    await look(after(until, -5 * dayMs))
    await look(after(until, -4 * dayMs))
    expect(await typesOf(agreementId)).toEqual(['expiring'])
    await look(after(until, 90 * dayMs))
    await look(after(until, 91 * dayMs))
    expect(await typesOf(agreementId)).toEqual(['expiring', 'expired'])
  })

  test('many notifiers that look at once tell each of many agreements once', async () => {
    const until = new Date('2026-06-01T00:00:00Z')
    const made = []
    for (let nr = 0; nr < 12; nr += 1) made.push(await makeAgreement(until))
    for (const days of [30, 7, 1, 0]) {
      await Promise.all([1, 2, 3, 4].map(() => look(after(until, -days * dayMs))))
    }
    for (const { agreementId } of made) {
      const told = await typesOf(agreementId)
      expect(told).toEqual(['expiring', 'expiring', 'expiring', 'expired'])
    }
  })

  test('who agrees for less than a reminder ahead is not reminded of what was just said', async () => {
    const until = new Date('2026-07-01T00:00:00Z')
    const [from, to] = [await world.organisation(), await world.organisation()]
    const at = after(until, -5 * dayMs)
    const { agreementId } = await agree(world.db, from, to, {
      validFrom: at,
      validUntil: until,
      at,
    })
    await look(at)
    expect(await typesOf(agreementId)).toEqual([])
    await look(after(until, -dayMs))
    expect(await typesOf(agreementId)).toEqual(['expiring'])
  })

  test('who has renewed in time is not reminded, but hears that the old one is over', async () => {
    const until = new Date('2026-08-01T00:00:00Z')
    const { agreementId, renew } = await makeAgreement(until)
    const { validFrom, agreementId: next } = await renew()
    const cut = new Date(validFrom)
    for (const days of [30, 7, 1]) await look(after(cut, -days * dayMs))
    expect(await typesOf(agreementId)).toEqual([])
    await look(cut)
    const [told] = await toldOf(agreementId)
    expect(told).toMatchObject({ type: 'expired', content: { replacedBy: next } })
    expect(await typesOf(next)).toEqual([])
  })

  test('an agreement that was ended before its time has nothing more to be told of', async () => {
    const until = new Date('2026-09-01T00:00:00Z')
    const { agreementId } = await makeAgreement(until)
    await world.sql(`UPDATE agreements SET state = 'ended' WHERE agreement_id = '${agreementId}'`)
    for (const days of [30, 0]) await look(after(until, -days * dayMs))
    expect(await typesOf(agreementId)).toEqual([])
  })
})

test('what cannot be told is not written down as told', async () => {
  const until = new Date('2026-10-01T00:00:00Z')
  const { agreementId } = await makeAgreement(until)
  const broken = { db: world.db, clock: { now: () => until }, newId: () => 'no identifier' }
  await expect(tellEnds(broken)).rejects.toThrow(/uuid/)
  expect(await typesOf(agreementId)).toEqual([])
  await look(until)
  expect(await typesOf(agreementId)).toEqual(['expired'])
})

test('running notifiers tell by themselves, with an entry in the audit trail', async () => {
  const until = after(new Date(), -1000)
  const { agreementId, from } = await makeAgreement(until)
  const env = { RENKEI_AGREEMENT_WATCH_MS: '50' }
  const notifiers = await Promise.all([1, 2].map(() => startTestNotifier(world.url, env)))
  await waitFor(async () => (await typesOf(agreementId)).length > 0)
  for (const notifier of notifiers) expect(await notifier.stop()).toEqual([])
  expect(await typesOf(agreementId)).toEqual(['expired'])
  const entries = await world.sql(`SELECT action, object_owner, organisation_id FROM audit_entries
    WHERE '${agreementId}' = ANY(object_ids)`)
  expect(entries).toEqual([
    { action: 'agreement.expired', object_owner: from, organisation_id: null },
  ])
})
