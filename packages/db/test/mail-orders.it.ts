// Mail orders: what was ordered is sent once by one sender, the highest level first, and stays until
// it has an outcome.

import { createTestDatabase, runSql, type TestDatabase } from '@renkei/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  beat,
  claimMails,
  countWaitingMails,
  type Database,
  explainWaitingMails,
  forgetMails,
  type MailClaim,
  type MailOrder,
  newId,
  openDatabase,
  orderMail,
  recordMail,
  signOff,
} from '../src/index.ts'

let database: TestDatabase
let opened: Database
const now = new Date('2026-05-01T00:00:00Z')
const later = (ms: number) => new Date(now.getTime() + ms)

beforeAll(async () => {
  database = await createTestDatabase()
  opened = openDatabase({
    url: database.url,
    applicationName: 'renkei-test',
    connectionsMax: 4,
    statementTimeoutMs: 30_000,
  })
  await runSql(
    database.url,
    `INSERT INTO organisations (organisation_id, name, kind) VALUES ('abc', 'ABC', 'carrier')`,
  )
})
beforeEach(() => runSql(database.url, 'DELETE FROM mail_orders'))
afterAll(async () => {
  await opened.close()
  await database.drop()
})

const rows = () => runSql(database.url, 'SELECT * FROM mail_orders ORDER BY created_at')

async function order(change: Partial<MailOrder> = {}): Promise<string> {
  const mailId = newId()
  const to = { contactId: newId() }
  const named = { mailId, organisationId: 'abc', kind: 'escalation', to } as const
  await opened.db.transaction().execute(async (tx) => {
    await orderMail(tx, { ...named, data: { a: 1 }, level: 0, createdAt: now, ...change })
  })
  return mailId
}

async function notifier(): Promise<string> {
  const notifierId = newId()
  await beat(opened.db, notifierId, 60_000)
  return notifierId
}

const claim = async ({ notifierId, ...change }: Partial<MailClaim> = {}) =>
  claimMails(opened.db, {
    notifierId: notifierId ?? (await notifier()),
    limit: 10,
    now,
    leaseMs: 1000,
    minLevel: 0,
    inHand: [],
    ...change,
  })

test('a higher level goes first, of one level the older', async () => {
  const low = await order()
  const second = await order({ level: 4, createdAt: now })
  const first = await order({ level: 4, createdAt: later(-1000) })
  expect((await claim()).map(({ mailId }) => mailId)).toEqual([first, second, low])
})

test('an order is taken by one of many senders', async () => {
  for (let count = 0; count < 20; count += 1) await order()
  const taken = (await Promise.all([1, 2, 3, 4].map(() => claim({ limit: 20 })))).flat()
  expect(taken).toHaveLength(20)
  expect(new Set(taken.map(({ mailId }) => mailId)).size).toBe(20)
})

test('what a sender had taken is taken by another when its claim has run out', async () => {
  const mailId = await order()
  const dead = await notifier()
  await claim({ notifierId: dead })
  expect(await claim({ now: later(999) })).toEqual([])
  const next = await notifier()
  expect(await claim({ notifierId: next, now: later(1000) })).toHaveLength(1)
  await recordMail(opened.db, dead, { mailId, outcome: 'dead', reason: 'x', dueAt: null }, now)
  expect(await rows()).toEqual([expect.objectContaining({ state: 'waiting', claimed_by: next })])
})

test('what a notifier had taken that is dead, or has signed off, is taken by another at once', async () => {
  await order()
  const dead = await notifier()
  await claim({ notifierId: dead })
  await beat(opened.db, dead, 0)
  const leaves = await notifier()
  expect(await claim({ notifierId: leaves })).toHaveLength(1)
  expect(await claim()).toEqual([])
  await signOff(opened.db, leaves)
  expect(await claim()).toHaveLength(1)
})

test('a sender takes nothing twice, and only of the level that it has room for', async () => {
  const low = await order({ level: 2 })
  const high = await order({ level: 3 })
  const notifierId = await notifier()
  const ids = async (change: object) =>
    (await claim({ notifierId, ...change })).map(({ mailId }) => mailId)
  expect(await ids({ minLevel: 3 })).toEqual([high])
  expect(await ids({ now: later(5000), inHand: [high] })).toEqual([low])
})

test('what was given back untried is due again without an attempt', async () => {
  const mailId = await order()
  const notifierId = await notifier()
  await claim({ notifierId })
  const back = { mailId, outcome: null, untried: true, reason: 'busy', dueAt: later(1000) } as const
  expect(await recordMail(opened.db, notifierId, back, now)).toBe(true)
  expect(await recordMail(opened.db, notifierId, back, now)).toBe(false)
  expect(await claim({ now: later(999) })).toEqual([])
  expect(await claim({ now: later(1000) })).toMatchObject([{ mailId, attempts: 0 }])
})

test('what is due is counted by level, with the time of the oldest', async () => {
  await order({ level: 4 })
  await order({ level: 4, createdAt: new Date(Date.now() - 90_000) })
  await order({ level: 0, createdAt: new Date(Date.now() + 90_000) })
  const [counted, ...others] = await countWaitingMails(opened.db)
  expect(others).toEqual([])
  expect(counted).toMatchObject({ level: 4, count: 2 })
  expect(counted!.oldestSeconds).toBeGreaterThanOrEqual(90)
})

test('a failure is tried again when it is due, and an outcome is never tried again', async () => {
  const mailId = await order()
  const notifierId = await notifier()
  await claim({ notifierId })
  const again = { mailId, outcome: null, reason: 'answered 451', dueAt: later(60_000) }
  await recordMail(opened.db, notifierId, again, now)
  expect(await claim({ now: later(59_999) })).toEqual([])
  const [mail] = await claim({ notifierId, now: later(60_000) })
  expect(mail).toMatchObject({ mailId, attempts: 1, data: { a: 1 }, sealedAddress: null })
  const sent = { mailId, outcome: 'sent', reason: 'answered 250', dueAt: null } as const
  await recordMail(opened.db, notifierId, sent, now)
  expect(await rows()).toEqual([
    expect.objectContaining({ state: 'sent', attempts: 2, reason: 'answered 250', ended_at: now }),
  ])
  expect(await claim({ now: later(999_999_999) })).toEqual([])
})

test('an order that is given twice is one', async () => {
  const mailId = await order({ data: { first: true } })
  await order({ mailId, data: { first: false } })
  expect(await rows()).toEqual([expect.objectContaining({ data: { first: true } })])
})

test('without a mail server orders stay, with the reason', async () => {
  await order()
  await explainWaitingMails(opened.db)
  const reason = 'the operator has not set up e-mail'
  expect(await rows()).toEqual([expect.objectContaining({ state: 'waiting', reason })])
})

test('only what has ended long ago is forgotten', async () => {
  const mailId = await order()
  const notifierId = await notifier()
  await claim({ notifierId })
  await recordMail(opened.db, notifierId, { mailId, outcome: 'sent', reason: '', dueAt: null }, now)
  const waiting = await order()
  await forgetMails(opened.db, now)
  expect(await rows()).toHaveLength(2)
  await forgetMails(opened.db, later(1))
  expect((await rows()).map((row) => row['mail_id'])).toEqual([waiting])
})

test('data that are too long for a mail are refused', async () => {
  await expect(order({ data: { text: 'x'.repeat(16_384) } })).rejects.toThrow('too long')
})
