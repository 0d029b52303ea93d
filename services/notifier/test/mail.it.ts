// Digests and ordered mails: what waits goes out once, the ledger balances at every moment, and what is
// not taken is tried again.

import { dataKeyStore, insertSubscription, type MailOrder, newId, orderMail } from '@renkei/db'
import type { Report } from '@renkei/schema'
import { type MailServer, startMailServer, testKey, waitFor } from '@renkei/testkit'
import { openVault, parseKey, sealAddress, sealTarget, type Vault } from '@renkei/vault'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestNotifier, type TestNotifier } from '../../../test/support/notifier.ts'
import { newSubscription, openWorld, type World } from '../../../test/support/world.ts'

let world: World
let relay: MailServer
let vault: Vault
let notifiers: TestNotifier[]

beforeAll(async () => {
  ;[world, relay] = await Promise.all([openWorld(), startMailServer()])
  vault = await openVault({ key: parseKey(testKey)!, store: dataKeyStore(world.db) })
  const env = {
    RENKEI_SMTP_URL: relay.url,
    RENKEI_PUBLIC_URL: 'https://renkei.example',
    RENKEI_MAIL_FROM: 'renkei@mail.example',
    RENKEI_MAIL_SWEEP_MS: '30',
  }
  notifiers = await Promise.all([
    startTestNotifier(world.url, env),
    startTestNotifier(world.url, env),
  ])
})

afterAll(async () => {
  for (const notifier of notifiers) expect(await notifier.stop()).toEqual([])
  expect(await world.unbalanced()).toBe(0)
  await vault.settled()
  await Promise.all([relay.close(), world.close()])
})

async function subscribe(address: string, mode: 'latest' | 'all' = 'all') {
  const organisationId = await world.organisation()
  const made = newSubscription(organisationId, '')
  const subscription = {
    ...made,
    channel: 'email' as const,
    target: sealTarget(vault, made, address),
    mode,
  }
  await world.db.transaction().execute((tx) => insertSubscription(tx, subscription, new Date()))
  return subscription
}

const mailsTo = (address: string) => relay.mails.filter(({ to }) => to.includes(address))

const waiting = (subscriptionId: string) =>
  world.sql(`SELECT seq, lane, due_at, claimed_by FROM delivery_queue
    WHERE subscription_id = '${subscriptionId}' ORDER BY seq`)

const outcomes = (subscriptionId: string) =>
  world.sql(`SELECT o.outcome, o.attempts, e.event_id AS "eventId" FROM delivery_outcomes o
    JOIN events e USING (seq) WHERE subscription_id = '${subscriptionId}' ORDER BY seq`)

const hurry = (subscriptionId: string) =>
  world.sql(`UPDATE delivery_queue SET due_at = now()
    WHERE subscription_id = '${subscriptionId}' AND claimed_by IS NULL`)

const expanded = (subscriptionId: string, count: number) =>
  waitFor(async () => (await waiting(subscriptionId)).length >= count, { timeoutMs: 15_000 })

describe('a digest', () => {
  test('gathers what is of the levels 0 and 1 and goes out on the hour, as one mail with an outcome for each event', async () => {
    const { subscriptionId } = await subscribe('a@desk.example')
    const events = []
    for (const level of [0, 1, 1] as const) events.push(await world.accept({ level }))
    await expanded(subscriptionId, 3)
    const rows = await waiting(subscriptionId)
    expect(rows.map(({ lane }) => lane)).toEqual(['digest', 'digest', 'digest'])
    for (const { due_at: dueAt } of rows) expect((dueAt as Date).getTime() % 3_600_000).toBe(0)
    expect(mailsTo('a@desk.example')).toEqual([])
    await hurry(subscriptionId)
    await world.settled(events)
    const mails = mailsTo('a@desk.example')
    expect(mails).toHaveLength(1)
    expect(mails[0]!.mail.subject).toBe('【まとめ】レベル0–1のお知らせ 3件 [TLP:GREEN]')
    for (const { reportId } of events) expect(mails[0]!.mail.text).toContain(reportId)
    expect(await outcomes(subscriptionId)).toEqual(
      events.map(({ eventId }) => ({ eventId, outcome: 'delivered', attempts: 1 })),
    )
  })

  test('that is not taken is tried again, as the same mail', async () => {
    const { subscriptionId } = await subscribe('b@desk.example')
    const events = [await world.accept({ level: 1 }), await world.accept({ level: 0 })]
    await expanded(subscriptionId, 2)
    relay.script({ at: 'data', code: 451 })
    await hurry(subscriptionId)
    const tried = () =>
      world.sql(`SELECT seq FROM delivery_attempts WHERE subscription_id = '${subscriptionId}'
        AND status = 451`)
    await waitFor(async () => (await tried()).length === 2, { timeoutMs: 15_000 })
    expect(await world.unbalanced()).toBe(0)
    await hurry(subscriptionId)
    const isOver = async () => (await outcomes(subscriptionId)).length === events.length
    await waitFor(isOver, { timeoutMs: 15_000 })
    expect(mailsTo('b@desk.example')).toHaveLength(1)
    expect((await outcomes(subscriptionId)).map(({ attempts }) => attempts)).toEqual([2, 2])
  })

  test('of many is sent once each, however many notifiers look', async () => {
    const subscriptions = await Promise.all(
      Array.from({ length: 12 }, (_, index) => subscribe(`many-${index}@desk.example`)),
    )
    const event = await world.accept({ level: 0 })
    for (const { subscriptionId } of subscriptions) await expanded(subscriptionId, 1)
    await world.sql(`UPDATE delivery_queue SET due_at = now() WHERE lane = 'digest'`)
    await world.settled([event])
    for (const [index] of subscriptions.entries()) {
      expect(mailsTo(`many-${index}@desk.example`)).toHaveLength(1)
    }
  })

  test('does not hold up a rise to level 2, an all-clear, or what stands before them', async () => {
    const latest = await subscribe('rise@desk.example', 'latest')
    const ordered = await subscribe('order@desk.example', 'all')
    const first = await world.accept({ level: 1 })
    await expanded(latest.subscriptionId, 1)
    const { reportId } = first
    const risen = await world.accept({ level: 2, reportId, revision: 2 })
    await waitFor(() => mailsTo('rise@desk.example').length === 1, { timeoutMs: 15_000 })
    await waitFor(() => mailsTo('order@desk.example').length === 2, { timeoutMs: 15_000 })
    expect(mailsTo('rise@desk.example')[0]!.mail.subject).toMatch(/^【警戒2】/)
    const revisions = mailsTo('order@desk.example').map(
      ({ mail }) => /第(\d)報/.exec(mail.subject!)?.[1],
    )
    expect(revisions).toEqual(['1', '2'])
    expect((await outcomes(latest.subscriptionId)).map(({ outcome }) => outcome)).toEqual([
      'superseded',
      'delivered',
    ])
    const clear = await world.accept({
      level: 0,
      peakLevel: 2,
      reportId,
      revision: 3,
      report: { state: 'restored' },
    })
    await world.sql(`UPDATE delivery_queue SET due_at = now() WHERE lane = 'digest'`)
    await world.settled([first, risen, clear])
    expect(mailsTo('rise@desk.example').at(-1)!.mail.subject).toContain('復旧')
    expect((await outcomes(ordered.subscriptionId)).map(({ outcome }) => outcome)).toEqual([
      'delivered',
      'delivered',
      'delivered',
    ])
  })

  test('says of what may no longer be seen only that it is so', async () => {
    const { subscriptionId } = await subscribe('narrow@desk.example')
    const texts = [{ language: 'ja', headline: '極秘の見出し' }] as Report['texts']
    const narrowed = await world.accept({ level: 1, report: { texts } })
    const other = await world.accept({ level: 1 })
    await expanded(subscriptionId, 2)
    await world.sql(`UPDATE reports SET tlp = 'TLP:AMBER' WHERE report_id = '${narrowed.reportId}'`)
    // An event that was read just now is used for a second.
    await world.sql(`UPDATE delivery_queue SET due_at = now() + interval '1500 ms'
      WHERE lane = 'digest'`)
    await world.settled([narrowed, other])
    const [mail, ...others] = mailsTo('narrow@desk.example')
    expect(others).toEqual([])
    const { text, html } = mail!.mail
    expect(text).toContain(other.reportId)
    expect(text).toContain('以前の報告は共有されなくなりました')
    for (const part of [text, html]) expect(part).not.toContain('極秘')
    expect(await outcomes(subscriptionId)).toHaveLength(2)
  })
})

describe('an ordered mail', () => {
  async function order(address: string, change: Partial<MailOrder> = {}): Promise<string> {
    const mailId = newId()
    const organisationId = world.carrier
    const sealedAddress = sealAddress(vault, { organisationId, mailId }, address)
    const data = { reason: 'the endpoint answers 500' }
    const basics = { mailId, organisationId, kind: 'endpointFailing' as const, level: 0 }
    await world.db.transaction().execute(async (tx) => {
      await orderMail(tx, {
        ...basics,
        to: { sealedAddress },
        data,
        createdAt: new Date(),
        ...change,
      })
    })
    return mailId
  }

  const rowOf = async (mailId: string) =>
    (
      await world.sql(`SELECT state, attempts, reason FROM mail_orders WHERE mail_id = '${mailId}'`)
    )[0]!

  const ended = (mailId: string) =>
    waitFor(async () => (await rowOf(mailId))['state'] !== 'waiting', { timeoutMs: 20_000 })

  test('goes out once, with the reason and a return address of its own', async () => {
    const mailId = await order('one@desk.example')
    await ended(mailId)
    expect(await rowOf(mailId)).toMatchObject({ state: 'sent', attempts: 1 })
    const mails = mailsTo('one@desk.example')
    expect(mails).toHaveLength(1)
    expect(mails[0]!.mail.text).toContain('the endpoint answers 500')
    expect(mails[0]!.from).toMatch(new RegExp(`^bounces\\+o${mailId.replaceAll('-', '')}`))
    expect(mails[0]!.mail.messageId).toBe(`<order.${mailId}@mail.example>`)
  })

  test('that is put off is tried again when it is due; one that is refused ends with the reason', async () => {
    relay.script({ at: 'rcpt', code: 450 })
    const later = await order('later@desk.example')
    await waitFor(async () => (await rowOf(later))['attempts'] === 1, { timeoutMs: 15_000 })
    expect(await rowOf(later)).toMatchObject({
      state: 'waiting',
      reason: expect.stringContaining('450'),
    })
    await world.sql(`UPDATE mail_orders SET due_at = now() WHERE mail_id = '${later}'`)
    await ended(later)
    expect(await rowOf(later)).toMatchObject({ state: 'sent', attempts: 2 })
    relay.script({ at: 'rcpt', code: 550 })
    const refused = await order('no@desk.example')
    await ended(refused)
    expect(await rowOf(refused)).toMatchObject({
      state: 'refused',
      reason: 'the mail server refused the recipient: 550',
    })
  })

  test('to a contact that is gone, or has no mail, ends with that reason', async () => {
    const mailId = await order('', { to: { contactId: newId() } })
    await ended(mailId)
    expect(await rowOf(mailId)).toMatchObject({
      state: 'refused',
      reason: 'the contact has no e-mail address any more',
    })
  })

  test('whose address was moved from another order is not sent', async () => {
    const mailId = newId()
    const other = { organisationId: world.carrier, mailId: newId() }
    const sealedAddress = sealAddress(vault, other, 'moved@desk.example')
    await order('', { mailId, to: { sealedAddress } })
    await waitFor(async () => (await rowOf(mailId))['attempts'] !== 0, { timeoutMs: 15_000 })
    expect(mailsTo('moved@desk.example')).toEqual([])
    expect(await rowOf(mailId)).toMatchObject({ reason: 'Renkei could not make the mail' })
    await world.sql(`DELETE FROM mail_orders WHERE mail_id = '${mailId}'`)
  })
})
