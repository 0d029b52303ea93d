// Links of mails that do not do what they once did: used, expired, for an address that is another by
// now, pressed too often, or at the place of another purpose.

import {
  insertSubscription,
  linkHash,
  type LinkPurpose,
  newId,
  recordAcknowledgement,
  storeLinks,
  type Tx,
  updateSubscription,
} from '@renkei/db'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newSubscription } from '../../../test/support/world.ts'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'
import { emergencyReport } from './sample-report.ts'

let api: TestApi
let desk: Party

beforeAll(async () => {
  api = await startTestApi({ env: { RENKEI_SMTP_URL: 'smtp://127.0.0.1:1' } })
  desk = await api.addParty('desk', 'ceptoar')
})
afterAll(() => api.stop())

const hour = 3_600_000
let made = 0

async function subscription(sealed = 'v1.a.b') {
  const target = { sealed }
  const wish = { ...newSubscription('desk', ''), channel: 'email' as const, target }
  await api.db
    .transaction()
    .execute((tx) => insertSubscription(tx, { ...wish, state: 'pendingVerification' }, new Date()))
  return wish
}

interface LinkChange {
  readonly expiresInMs?: number
  readonly sealed?: string
  readonly report?: { readonly reportId: string; readonly revision: number }
}

async function link(
  purpose: LinkPurpose,
  subscriptionId: string | null,
  change: LinkChange = {},
): Promise<string> {
  const token = `${(made += 1)}`.padStart(32, 'T')
  const createdAt = new Date()
  await storeLinks(api.db, [
    {
      token,
      purpose,
      organisationId: desk.organisationId,
      subscriptionId,
      contactId: null,
      reportId: change.report?.reportId ?? null,
      revision: change.report?.revision ?? null,
      targetHash: linkHash(change.sealed ?? 'v1.a.b'),
      createdAt,
      expiresAt: new Date(createdAt.getTime() + (change.expiresInMs ?? hour)),
    },
  ])
  return `${api.url}/m/${token}`
}

const press = (url: string, answer = 'yes', headers = {}) =>
  fetch(url, { method: 'POST', body: new URLSearchParams({ answer }), headers })

const stateOf = async (subscriptionId: string) =>
  (
    await api.db
      .selectFrom('subscriptions')
      .select('state')
      .where('subscription_id', '=', subscriptionId)
      .executeTakeFirstOrThrow()
  ).state

test('an expired link says so and does nothing', async () => {
  const { subscriptionId } = await subscription()
  const url = await link('verifyAddress', subscriptionId, { expiresInMs: -1 })
  for (const answer of [await fetch(url), await press(url)]) {
    expect(answer.status).toBe(410)
    expect(await answer.text()).toContain('This link has expired')
  }
  expect(await stateOf(subscriptionId)).toBe('pendingVerification')
})

test('a link speaks for the address that it was sent to, not for one that was set since', async () => {
  const { subscriptionId } = await subscription()
  const url = await link('verifyAddress', subscriptionId)
  await api.db
    .transaction()
    .execute((tx) =>
      updateSubscription(tx, subscriptionId, { target: { sealed: 'v1.c.d' } }, new Date()),
    )
  expect((await press(url)).status).toBe(410)
  expect(await stateOf(subscriptionId)).toBe('pendingVerification')
})

test('of many presses at once one acts', async () => {
  const { subscriptionId } = await subscription()
  const url = await link('verifyAddress', subscriptionId)
  const answers = await Promise.all(Array.from({ length: 8 }, () => press(url)))
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200))
  const entries = await api.db
    .selectFrom('audit_entries')
    .select(['organisation_id', 'detail'])
    .where('action', '=', 'subscription.verified')
    .execute()
  expect(entries).toEqual([{ organisation_id: 'desk', detail: { via: 'mail' } }])
})

test('only the link to unsubscribe takes the one click of a mail program, in both forms', async () => {
  const { subscriptionId } = await subscription()
  const verify = await link('verifyAddress', subscriptionId)
  expect((await press(`${verify}/unsubscribe`)).status).toBe(404)
  expect(await stateOf(subscriptionId)).toBe('pendingVerification')
  const url = await link('unsubscribe', subscriptionId)
  const body = new FormData()
  body.set('List-Unsubscribe', 'One-Click')
  expect((await fetch(`${url}/unsubscribe`, { method: 'POST', body })).status).toBe(200)
  expect(await stateOf(subscriptionId)).toBe('ended')
  expect((await press(verify)).status).toBe(410)
})

test.each(['PUT', 'DELETE', 'PATCH'])('%s is no way to use a link', async (method) => {
  const { subscriptionId } = await subscription()
  const url = await link('unsubscribe', subscriptionId)
  expect((await fetch(url, { method })).status).toBeGreaterThanOrEqual(404)
  expect(await stateOf(subscriptionId)).toBe('pendingVerification')
})

test('a body that is no button’s is refused before it is read', async () => {
  const { subscriptionId } = await subscription()
  const url = await link('unsubscribe', subscriptionId)
  expect((await press(url, 'x'.repeat(5000))).status).toBe(413)
  const json = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers: json, body: '{"answer":"yes"}' })
  expect(answer.status).toBe(200)
  expect(await stateOf(subscriptionId)).toBe('pendingVerification')
})

test('confirmation mails have an end within an hour', async () => {
  const create = await desk.request('/v1/subscriptions', {
    json: { channel: 'email', target: { address: 'desk@example.jp' } },
  })
  expect(create).toMatchObject({ status: 201, body: { target: { address: 'desk@example.jp' } } })
  const verify = `/v1/subscriptions/${String(create.body.subscriptionId)}/verify`
  const statuses = []
  for (let count = 0; count < 6; count += 1) {
    statuses.push((await desk.request(verify, { method: 'POST' })).status)
  }
  expect(statuses).toEqual([200, 200, 200, 200, 429, 429])
})

test('and keep it when all are asked for at once', async () => {
  const create = await desk.request('/v1/subscriptions', {
    json: { channel: 'email', target: { address: 'hasty@example.jp' } },
  })
  const verify = `/v1/subscriptions/${String(create.body.subscriptionId)}/verify`
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => desk.request(verify, { method: 'POST' })),
  )
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(4)
})

test('an answer too many is a page that says so', async () => {
  const carrier = await api.addParty('reporter', 'carrier')
  const report = emergencyReport('reporter', { tlp: 'TLP:GREEN' })
  const posted = await carrier.request('/v1/reports', { json: report })
  const reportId = String(posted.body.reportId)
  await api.db.transaction().execute((tx) => sayOften(tx, reportId))
  const url = await link('acknowledge', null, { report: { reportId, revision: 1 } })
  const answer = await press(url, 'impacted')
  expect({ status: answer.status, text: await answer.text() }).toMatchObject({
    status: 409,
    text: expect.stringContaining('as often as it can'),
  })
  expect((await fetch(url)).status).toBe(200)
})

async function sayOften(tx: Tx, reportId: string): Promise<void> {
  for (let count = 0; count < 20; count += 1) {
    const said = { kind: 'assessed', answer: 'unknown', via: 'api', remark: `${count}` } as const
    const named = { organisationId: 'desk', reportId, revision: 1, by: null, requestId: 'r' }
    await recordAcknowledgement(tx, { ...named, ...said, at: new Date(), newId })
  }
}

test('who tries token after token is told to wait', async () => {
  const one = await startTestApi({ beside: api })
  const statuses = []
  for (let count = 0; count < 61; count += 1) {
    const token = newId().replaceAll('-', '')
    statuses.push((await fetch(`${one.url}/m/${token}`)).status)
  }
  expect(new Set(statuses.slice(0, 60))).toEqual(new Set([404]))
  expect(statuses.at(-1)).toBe(429)
  await one.stop()
})
