// The path of a report to people without a system: subscribed by e-mail, confirmed by link, told in a
// thread, answered by link, ended by one click. Both services as they run in production, beside a real
// mail server.

import { type MailServer, type ReceivedMail, startMailServer, waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emergencyReport } from '../services/api/test/sample-report.ts'
import {
  type Client,
  makeClient,
  type RunningService,
  spawnApi,
  spawnNotifier,
} from './support/services.ts'
import { openWorld, type World } from './support/world.ts'

let world: World
let relay: MailServer
let api: RunningService
let notifier: RunningService
let noc: Client
let ceptoar: Client
let ceptoarId: string

const address = 'desk@ceptoar.example'

beforeAll(async () => {
  ;[world, relay] = await Promise.all([openWorld(), startMailServer()])
  api = await spawnApi(world.url, { RENKEI_SMTP_URL: relay.url, RENKEI_LOG_LEVEL: 'debug' })
  notifier = await spawnNotifier(world.url, {
    RENKEI_SMTP_URL: relay.url,
    RENKEI_PUBLIC_URL: api.url,
    RENKEI_MAIL_FROM: 'Renkei <renkei@mail.example>',
    RENKEI_MAIL_SWEEP_MS: '50',
    RENKEI_LOG_LEVEL: 'debug',
  })
  noc = makeClient(api.url, world.carrier, await world.key(world.carrier))
  ceptoarId = await world.organisation('ceptoar')
  const scopes = ['subscriptions:write', 'feed:read', 'reports:read', 'audit:read'] as const
  ceptoar = makeClient(api.url, ceptoarId, await world.key(ceptoarId, scopes))
})

afterAll(async () => {
  expect(await notifier.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(await api.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(await world.unbalanced()).toBe(0)
  await Promise.all([relay.close(), world.close()])
})

const report = (members = {}) => emergencyReport(world.carrier, { tlp: 'TLP:GREEN', ...members })

const linkIn = ({ mail }: ReceivedMail, path = '') => {
  const found = new RegExp(`${api.url}(/m/[\\w-]{32}${path})`).exec(mail.text ?? '')
  return new URL(found?.[1] ?? '/none', api.url).href
}

const unsubscribeOf = ({ raw }: ReceivedMail) =>
  /List-Unsubscribe: <([^>]+)>/i.exec(raw.replaceAll(/\r\n[ \t]+/g, ' '))?.[1] ?? ''

async function nextMail(wanted: (mail: ReceivedMail) => boolean): Promise<ReceivedMail> {
  await relay.waitFor((mails) => mails.some(wanted), 20_000)
  return relay.mails.findLast(wanted)!
}

const press = (url: string, answer: string) =>
  fetch(url, { method: 'POST', body: new URLSearchParams({ answer }) })

async function subscribed(to: string, wish = {}): Promise<string> {
  const made = await ceptoar.post('/v1/subscriptions', {
    channel: 'email',
    target: { address: to },
    ...wish,
  })
  expect(made).toMatchObject({ status: 201, body: { state: 'pendingVerification' } })
  const asked = await nextMail(
    ({ to: [first], mail }) => first === to && !!mail.subject?.includes('確認'),
  )
  expect((await press(linkIn(asked), 'yes')).status).toBe(200)
  return String(made.body['subscriptionId'])
}

const standing = async (subscriptionId: string) =>
  (await ceptoar.get(`/v1/subscriptions/${subscriptionId}`)).body

describe('from the subscription to the last mail', () => {
  let subscriptionId: string
  let reportId: string
  let first: ReceivedMail

  test('an address is told nothing before its link was pressed, and a look at the link is no press', async () => {
    const made = await ceptoar.post('/v1/subscriptions', { channel: 'email', target: { address } })
    subscriptionId = String(made.body['subscriptionId'])
    expect(made).toMatchObject({ status: 201, body: { target: { address } } })
    expect(made.body['secret']).toBeUndefined()
    const asked = await nextMail(({ to }) => to.includes(address))
    expect(asked.mail.subject).toBe('この宛先での受信を確認してください')
    const url = linkIn(asked)
    for (const method of ['GET', 'HEAD', 'GET']) {
      const looked = await fetch(url, { method })
      expect(looked.status).toBe(200)
      expect(looked.headers.get('referrer-policy')).toBe('no-referrer')
      expect(looked.headers.get('x-robots-tag')).toContain('noindex')
      expect(looked.headers.get('cache-control')).toBe('no-store')
      expect(looked.headers.get('content-security-policy')).toContain("default-src 'none'")
    }
    expect(await standing(subscriptionId)).toMatchObject({ state: 'pendingVerification' })
    expect((await press(url, 'yes')).status).toBe(200)
    expect(await standing(subscriptionId)).toMatchObject({ state: 'active' })
    const again = await press(url, 'yes')
    expect({ status: again.status, text: await again.text() }).toMatchObject({
      status: 200,
      text: expect.stringContaining('確認済み'),
    })
  })

  test('a crisis comes at once, in both languages, with its label', async () => {
    const posted = await noc.post('/v1/reports', report())
    expect(posted.status).toBe(201)
    reportId = String(posted.body['reportId'])
    first = await nextMail(({ mail }) => mail.subject?.includes('第1報') === true)
    expect(first.mail.subject).toMatch(
      /^【危機4】.+: 音声通話\(緊急通報可\) .+ 第1報 \[TLP:GREEN\]$/,
    )
    expect(first.from).toMatch(/^bounces\+s[0-9a-f]{52}@mail\.example$/)
    for (const part of [first.mail.text, String(first.mail.html)]) {
      expect(part).toContain('危機 (4)')
      expect(part).toContain('Crisis (4)')
      expect(part).toContain(reportId)
    }
    const eventId = String(posted.body['eventId'])
    expect(first.mail.messageId).toBe(`<${eventId}.${subscriptionId}@mail.example>`)
    const [ledger] = await world.settled([{ eventId } as never])
    expect(ledger).toMatchObject({ delivered: 1 })
  })

  test('what follows hangs on the same thread', async () => {
    const revised = await noc.post(
      `/v1/reports/${reportId}/revisions`,
      report({ state: 'identified' }),
      {
        'if-match': '"1"',
      },
    )
    expect(revised.status).toBe(200)
    const second = await nextMail(({ mail }) => mail.subject?.includes('第2報') === true)
    expect(second.mail.subject).toContain('原因特定')
    expect(second.mail.inReplyTo).toBe(first.mail.inReplyTo)
    expect(second.mail.inReplyTo).toContain(reportId)
    expect(second.mail.messageId).not.toBe(first.mail.messageId)
  })

  test('its link acknowledges: a look does not, seen may become assessed, and the reporter hears of it', async () => {
    const url = linkIn(first)
    await fetch(url)
    const words = () =>
      world.sql(`SELECT kind, answer, via FROM acknowledgements
        WHERE report_id = '${reportId}' AND via = 'mail' ORDER BY entry`)
    expect(await words()).toEqual([])
    expect((await press(url, 'nonsense')).status).toBe(200)
    expect(await words()).toEqual([])
    expect(await (await press(url, 'seen')).text()).toContain('受領を記録しました')
    expect(await (await press(url, 'impacted')).text()).toContain('回答を記録しました')
    expect(await (await press(url, 'notImpacted')).text()).toContain('回答を記録しました')
    expect(await words()).toEqual([
      { kind: 'seen', answer: null, via: 'mail' },
      { kind: 'assessed', answer: 'impacted', via: 'mail' },
    ])
    const trail = await world.sql(`SELECT organisation_id, key_id, detail->>'via' AS via
      FROM audit_entries WHERE action = 'acknowledgement.recorded' ORDER BY seq`)
    expect(trail).toEqual([
      { organisation_id: ceptoarId, key_id: null, via: 'mail' },
      { organisation_id: ceptoarId, key_id: null, via: 'mail' },
    ])
  })

  test('one click of a mail program ends it, and its organisation is told', async () => {
    const url = unsubscribeOf(first)
    expect(url).toMatch(/\/m\/[\w-]{32}\/unsubscribe$/)
    expect((await fetch(url)).status).toBe(404)
    const clicked = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
    })
    expect(clicked.status).toBe(200)
    expect((await ceptoar.get(`/v1/subscriptions/${subscriptionId}`)).status).toBe(404)
    const told = await world.sql(`SELECT type, recipients FROM events
      WHERE type = 'jp.renkei.subscription.ended.v1'`)
    expect(told).toEqual([{ type: 'jp.renkei.subscription.ended.v1', recipients: [ceptoarId] }])
    const [entry] =
      await world.sql(`SELECT organisation_id, detail->>'via' AS via FROM audit_entries
      WHERE action = 'subscription.ended'`)
    expect(entry).toEqual({ organisation_id: ceptoarId, via: 'mail' })
  })

  test('no token and no address stands in a log, the audit trail or the database', async () => {
    const tokens = relay.mails.flatMap(({ mail }) =>
      [...(mail.text ?? '').matchAll(/\/m\/([\w-]{32})/g)].map(([, token]) => token!),
    )
    expect(tokens.length).toBeGreaterThan(3)
    const stored = await world.sql(`SELECT row_to_json(a)::text AS row FROM audit_entries a
      UNION ALL SELECT row_to_json(l)::text FROM mail_links l
      UNION ALL SELECT row_to_json(o)::text FROM mail_orders o
      UNION ALL SELECT row_to_json(s)::text FROM subscriptions s
      UNION ALL SELECT row_to_json(t)::text FROM delivery_attempts t`)
    const bytes = [...api.lines, ...notifier.lines, ...stored.map(({ row }) => String(row))].join()
    expect(bytes).toContain('request.answered')
    for (const word of [...tokens, address]) expect(bytes).not.toContain(word)
  })
})

test('an exercise says so before anything else', async () => {
  await subscribed('drill@ceptoar.example', { filter: { messageStatuses: ['exercise'] } })
  await noc.post('/v1/reports', report({ messageStatus: 'exercise' }))
  const mail = await nextMail(({ mail: { subject = '' } }) => subject.startsWith('【訓練】'))
  expect(mail.mail.subject).toMatch(/^【訓練】【危機4】/)
  expect(mail.mail.text).toMatch(/^\*{3} 【訓練】/)
})

test('an address that is refused for good pauses its subscription, and its organisation is told', async () => {
  const subscriptionId = await subscribed('gone@ceptoar.example', { mode: 'all' })
  relay.script({ at: 'rcpt', code: 550, text: '5.1.1 <gone@ceptoar.example> unknown' })
  await noc.post('/v1/reports', report())
  await waitFor(async () => (await standing(subscriptionId))['state'] === 'paused', {
    timeoutMs: 20_000,
  })
  expect(await standing(subscriptionId)).toMatchObject({
    stateReason: 'the mail server refused the recipient: 550 5.1.1',
  })
  const told = await world.sql(`SELECT content->>'subscriptionId' AS id FROM events
    WHERE type = 'jp.renkei.subscription.paused.v1'`)
  expect(told).toEqual([{ id: subscriptionId }])
})

test('what the mail server puts off waits for its time and is not lost', async () => {
  const subscriptionId = await subscribed('grey@ceptoar.example')
  relay.script({ at: 'rcpt', code: 450, text: '4.2.0 greylisted' })
  const posted = await noc.post('/v1/reports', report())
  const { eventId } = posted.body as { eventId: string }
  const standing = () =>
    world.sql(`SELECT coalesce(o.outcome, 'waiting') AS standing FROM events e
      LEFT JOIN delivery_outcomes o ON o.seq = e.seq AND o.subscription_id = '${subscriptionId}'
      WHERE e.event_id = '${eventId}'`)
  const isPutOff = async () => {
    const attempts = await world.sql(`SELECT a.subscription_id FROM delivery_attempts a
      JOIN events e USING (seq) WHERE e.event_id = '${eventId}' AND a.status = 450`)
    return attempts.length === 1
  }
  await waitFor(isPutOff, { timeoutMs: 20_000, what: 'an attempt that was put off' })
  // Its time is a minute away: the receiver's server asked for it.
  await world.sql(`UPDATE endpoint_health SET probe_at = now() WHERE probe_at > now()`)
  await world.sql(`UPDATE delivery_queue SET due_at = now() WHERE claimed_by IS NULL`)
  const isThere = async () => (await standing())[0]?.['standing'] === 'delivered'
  await waitFor(isThere, { timeoutMs: 20_000, what: 'the mail that was put off' })
  const mail = await nextMail(({ to }) => to.includes('grey@ceptoar.example'))
  expect(mail.mail.text).toContain(String(posted.body['reportId']))
  expect((await world.ledger(eventId)).waiting).toBe(0)
})

test('a token that is none, or of another form, is answered kindly and tells nothing', async () => {
  for (const token of ['x', 'A'.repeat(32), 'A'.repeat(64)]) {
    const answer = await fetch(`${api.url}/m/${token}`)
    expect({ status: answer.status, text: await answer.text() }).toMatchObject({
      status: 404,
      text: expect.stringContaining('This link does not work'),
    })
    expect((await press(`${api.url}/m/${token}`, 'yes')).status).toBe(404)
  }
})

test('without a mail server e-mail cannot be subscribed', async () => {
  const other = await spawnApi(world.url)
  const key = await world.key(ceptoarId, ['subscriptions:write'])
  const answer = await makeClient(other.url, ceptoarId, key).post('/v1/subscriptions', {
    channel: 'email',
    target: { address },
  })
  expect(answer).toMatchObject({
    status: 409,
    body: { type: expect.stringContaining('email-not-set-up') },
  })
  await other.kill('SIGTERM')
})
