// Mail that does not go: our own trouble burdens no receiver, what one subscription waits for holds up
// nobody else, and what a dead notifier had begun is sent by another.

import {
  dataKeyStore,
  insertSubscription,
  newId,
  orderMail,
  pauseBadAddress,
  type SubscriptionState,
  updateSubscription,
} from '@renkei/db'
import { type MailServer, startMailServer, testKey, waitFor } from '@renkei/testkit'
import { openVault, parseKey, sealAddress, sealTarget, type Vault } from '@renkei/vault'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestNotifier, type TestNotifier } from '../../../test/support/notifier.ts'
import { newSubscription, openWorld, type World } from '../../../test/support/world.ts'

let world: World
let relay: MailServer
let vault: Vault
let notifier: TestNotifier

beforeAll(async () => {
  ;[world, relay] = await Promise.all([openWorld(), startMailServer()])
  vault = await openVault({ key: parseKey(testKey)!, store: dataKeyStore(world.db) })
  notifier = await startTestNotifier(world.url, {
    RENKEI_SMTP_URL: relay.url,
    RENKEI_PUBLIC_URL: 'https://renkei.example',
    RENKEI_MAIL_FROM: 'renkei@mail.example',
    RENKEI_MAIL_SWEEP_MS: '30',
  })
})

afterAll(async () => {
  expect(await notifier.stop()).toEqual([])
  expect(await world.unbalanced()).toBe(0)
  await vault.settled()
  await Promise.all([relay.close(), world.close()])
})

async function subscribe(address: string, state: SubscriptionState = 'active') {
  const made = newSubscription(await world.organisation(), '')
  const target = sealTarget(vault, made, address)
  const wish = { ...made, channel: 'email' as const, target, state, mode: 'all' as const }
  await world.db.transaction().execute((tx) => insertSubscription(tx, wish, new Date()))
  return wish
}

const mailsTo = (address: string) => relay.mails.filter(({ to }) => to.includes(address))

const of = (subscriptionId: string, table: string) =>
  world.sql(`SELECT * FROM ${table} WHERE subscription_id = '${subscriptionId}'`)

const digestsDue = (where = 'true') =>
  world.sql(`UPDATE delivery_queue SET due_at = now() WHERE lane = 'digest' AND ${where}`)

const end = (subscriptionId: string) =>
  world.db
    .transaction()
    .execute((tx) => updateSubscription(tx, subscriptionId, { state: 'ended' }, new Date()))

test('what the mail server has against us is no attempt, opens nothing, and the mail goes as soon as it may', async () => {
  const { subscriptionId } = await subscribe('ours@desk.example')
  relay.script({ at: 'mail', code: 550 }, { at: 'mail', code: 530 })
  const event = await world.accept({ level: 4 })
  await world.settled([event])
  expect(mailsTo('ours@desk.example')).toHaveLength(1)
  expect(await of(subscriptionId, 'delivery_attempts')).toMatchObject([
    { attempt: 1, result: 'delivered' },
  ])
  expect(await of(subscriptionId, 'endpoint_health')).toEqual([])
  await end(subscriptionId)
})

test('so it is with a digest', async () => {
  const { subscriptionId } = await subscribe('ours-too@desk.example')
  const event = await world.accept({ level: 1 })
  await waitFor(async () => (await of(subscriptionId, 'delivery_queue')).length === 1)
  relay.script({ at: 'mail', code: 550 })
  await digestsDue()
  await world.settled([event])
  expect(mailsTo('ours-too@desk.example')).toHaveLength(1)
  expect(await of(subscriptionId, 'delivery_attempts')).toMatchObject([
    { attempt: 1, result: 'delivered' },
  ])
  expect(await of(subscriptionId, 'endpoint_health')).toEqual([])
  const metrics = await (await fetch(`${notifier.healthUrl}/metrics`)).text()
  expect(metrics).toMatch(
    /renkei_accept_to_delivered_seconds_count\{level="1",channel="email"\} [1-9]/,
  )
  expect(metrics).toMatch(
    /renkei_accept_to_delivered_seconds_count\{level="4",channel="email"\} [1-9]/,
  )
  expect(metrics).not.toContain('channel="webhook"')
  await end(subscriptionId)
})

test('one digest that is refused for now is one failure, however many events it tells of', async () => {
  const { subscriptionId } = await subscribe('later@desk.example')
  const events = await world.acceptMany(5, { level: 1 })
  await waitFor(async () => (await of(subscriptionId, 'delivery_queue')).length === 5)
  relay.script({ at: 'rcpt', code: 451 })
  await digestsDue()
  await waitFor(async () => (await of(subscriptionId, 'endpoint_health')).length === 1)
  expect(await of(subscriptionId, 'endpoint_health')).toMatchObject([{ consecutive_failures: 1 }])
  expect(await of(subscriptionId, 'delivery_attempts')).toHaveLength(5)
  await digestsDue()
  await world.settled(events)
  await end(subscriptionId)
})

test('a subscription whose digest has to wait for an older revision holds up no other', async () => {
  // They are looked at in any order: with several that are blocked, one comes first.
  const blocked = await Promise.all([1, 2, 3].map((nr) => subscribe(`blocked-${nr}@desk.example`)))
  const queue = (subscriptionId: string) => of(subscriptionId, 'delivery_queue')
  const queued = async (count: number) => {
    const all = await Promise.all(blocked.map((one) => queue(one.subscriptionId)))
    return all.every(({ length }) => length === count)
  }
  const first = await world.accept({ level: 1 })
  await waitFor(() => queued(1))
  // The older ones are in the hands of another notifier.
  const other = newId()
  await world.sql(`INSERT INTO notifiers VALUES ('${other}', now() + interval '1 hour')`)
  await world.sql(`UPDATE delivery_queue SET claimed_by = '${other}' WHERE seq = ${first.seq}`)
  const second = await world.accept({ level: 1, reportId: first.reportId, revision: 2 })
  await waitFor(() => queued(2))
  await digestsDue()
  const { subscriptionId } = await subscribe('free@desk.example')
  const event = await world.accept({ level: 1 })
  await waitFor(async () => (await queue(subscriptionId)).length === 1)
  await digestsDue(`subscription_id = '${subscriptionId}'`)
  await waitFor(() => mailsTo('free@desk.example').length === 1, { timeoutMs: 10_000 })
  expect(mailsTo('blocked-1@desk.example')).toEqual([])
  await world.sql(`DELETE FROM notifiers WHERE notifier_id = '${other}'`)
  await digestsDue()
  await world.settled([first, second, event])
  expect(mailsTo('blocked-1@desk.example')).not.toEqual([])
  for (const one of blocked) await end(one.subscriptionId)
  await end(subscriptionId)
})

test('what is too much for one digest goes into a second at once, and is no failed attempt', async () => {
  const { subscriptionId } = await subscribe('much@desk.example')
  const description = 'い'.repeat(4000)
  const texts = [{ language: 'ja', headline: '見出し', description }]
  const events = await world.acceptMany(48, {
    level: 0,
    report: { texts },
  })
  const queued = async () => (await of(subscriptionId, 'delivery_queue')).length === 48
  await waitFor(queued, { timeoutMs: 20_000 })
  await digestsDue()
  await world.settled(events)
  expect(mailsTo('much@desk.example').length).toBeGreaterThan(1)
  const attempts = await of(subscriptionId, 'delivery_attempts')
  expect(attempts).toHaveLength(48)
  expect(new Set(attempts.map(({ result }) => result))).toEqual(new Set(['delivered']))
  await end(subscriptionId)
})

test('an order that a killed notifier had in hand is sent by one that lives, before the claim has run out', async () => {
  const named = { mailId: newId(), organisationId: world.carrier }
  const to = { sealedAddress: sealAddress(vault, named, 'heir@desk.example') }
  const createdAt = new Date(Date.now() + 3_600_000)
  const order = { ...named, to, kind: 'endpointFailing', data: {}, level: 0, createdAt } as const
  await world.db.transaction().execute((tx) => orderMail(tx, order))
  const killed = newId()
  await world.sql(`INSERT INTO notifiers VALUES ('${killed}', now() + interval '1 hour')`)
  await world.sql(`UPDATE mail_orders SET due_at = now(), claimed_by = '${killed}',
    claimed_until = now() + interval '1 hour' WHERE mail_id = '${named.mailId}'`)
  await world.sql(`UPDATE notifiers SET alive_until = now() WHERE notifier_id = '${killed}'`)
  await waitFor(() => mailsTo('heir@desk.example').length === 1, { timeoutMs: 10_000 })
})

test('a refusal of an address that has been changed meanwhile does not pause the new one', async () => {
  const { subscriptionId, target } = await subscribe('new@desk.example')
  const bad = { subscriptionId, reason: 'refused', at: new Date(), newId }
  const pause = (claimed: unknown) =>
    world.db.transaction().execute((tx) => pauseBadAddress(tx, { ...bad, target: claimed }))
  expect(await pause({ sealed: 'v1.a.b' })).toBe(false)
  expect(await of(subscriptionId, 'subscriptions')).toMatchObject([{ state: 'active' }])
  expect(await pause(target)).toBe(true)
  expect(await of(subscriptionId, 'subscriptions')).toMatchObject([{ state: 'paused' }])
})
