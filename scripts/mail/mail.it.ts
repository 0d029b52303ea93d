// npm run mail as a mail server calls it: a message on standard input, a word and an exit code back.

import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { dataKeyStore, insertSubscription, newId, orderMail, updateSubscription } from '@renkei/db'
import { bounceToken } from '@renkei/mail'
import { testKey } from '@renkei/testkit'
import { bounceMark, openVault, parseKey, sealTarget, type Vault } from '@renkei/vault'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newSubscription, openWorld, type World } from '../../test/support/world.ts'
import { root } from '../system/paths.ts'

let world: World
let vault: Vault

beforeAll(async () => {
  world = await openWorld()
  vault = await openVault({ key: parseKey(testKey)!, store: dataKeyStore(world.db) })
})
afterAll(async () => {
  await vault.settled()
  await world.close()
})

const patience = { timeout: 120_000 }

async function mail(verb: string, input: string, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [`${root}scripts/mail.ts`, verb], {
    env: { ...process.env, DATABASE_URL: world.url, RENKEI_KEY: testKey, ...env },
  })
  child.stdin.end(input)
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const said = await text(child.stdout)
  return { code: await ended, said: said.trim() }
}

async function subscribe() {
  const made = newSubscription(await world.organisation(), '')
  const target = sealTarget(vault, made, 'desk@example.jp')
  const subscription = { ...made, channel: 'email' as const, target }
  await world.db.transaction().execute((tx) => insertSubscription(tx, subscription, new Date()))
  return { ...made, sealedAddress: target.sealed }
}

type Subscribed = Awaited<ReturnType<typeof subscribe>>

const returned = (
  { subscriptionId: id, sealedAddress }: Pick<Subscribed, 'subscriptionId' | 'sealedAddress'>,
  status: string,
  kind: 'subscription' | 'order' = 'subscription',
) => {
  const token = bounceToken({ kind, id, sealedAddress }, (about) => bounceMark(vault, about))
  return `To: bounces+${token}@mail.example
Content-Type: multipart/report; report-type=delivery-status; boundary=x

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.jp
X-Queue-ID: ${newId()}

Final-Recipient: rfc822; desk@example.jp
Action: failed
Status: ${status}

--x--
`
}

const stateOf = async (subscriptionId: string) =>
  (
    await world.sql(`SELECT state, state_reason FROM subscriptions
      WHERE subscription_id = '${subscriptionId}'`)
  )[0]

test(
  'an address that is unknown pauses its subscription and tells its organisation, once',
  patience,
  async () => {
    const subscribed = await subscribe()
    const { subscriptionId, organisationId } = subscribed
    const message = returned(subscribed, '5.1.1')
    expect(await mail('bounce', message)).toEqual({ code: 0, said: 'subscription paused' })
    expect(await stateOf(subscriptionId)).toEqual({
      state: 'paused',
      state_reason: 'mail to the address came back: 5.1.1',
    })
    const told = () =>
      world.sql(`SELECT recipients FROM events WHERE type = 'jp.renkei.subscription.paused.v1'
      AND subject = '${subscriptionId}'`)
    expect(await told()).toEqual([{ recipients: [organisationId] }])
    expect(await mail('bounce', message)).toEqual({ code: 0, said: 'known already' })
    expect(await told()).toHaveLength(1)
  },
)

test(
  'what comes back of an address that has been changed since does not pause the new one',
  patience,
  async () => {
    const before = await subscribe()
    const { subscriptionId } = before
    const target = sealTarget(vault, before, 'other@example.jp')
    await world.db
      .transaction()
      .execute((tx) => updateSubscription(tx, subscriptionId, { target }, new Date()))
    const said = 'not ours'
    expect(await mail('bounce', returned(before, '5.1.1'))).toEqual({ code: 0, said })
    expect(await stateOf(subscriptionId)).toMatchObject({ state: 'active' })
    const now = { ...before, sealedAddress: target.sealed }
    expect((await mail('bounce', returned(now, '5.1.1'))).said).toBe('subscription paused')
  },
)

test('the fifth mail within a week that comes back for now is told, once', patience, async () => {
  const subscribed = await subscribe()
  const { subscriptionId, organisationId } = subscribed
  await world.sql(`INSERT INTO mail_bounces
    SELECT gen_random_uuid(), n::text::bytea, '${subscriptionId}', NULL, false, '4.2.2',
      now() - n * interval '2 days' FROM generate_series(0, 6) n`)
  expect((await mail('bounce', returned(subscribed, '4.2.2'))).said).toBe('organisation told')
  expect((await mail('bounce', returned(subscribed, '4.2.2'))).said).toBe('counted')
  expect(await stateOf(subscriptionId)).toMatchObject({ state: 'active' })
  const told = await world.sql(`SELECT recipients, content->>'reason' AS reason FROM events
    WHERE type = 'jp.renkei.subscription.failing.v1' AND subject = '${subscriptionId}'`)
  const reason = '5 mails came back within 7 days, last: 4.2.2'
  expect(told).toEqual([{ recipients: [organisationId], reason }])
})

test('a contact whose mail comes back for good is passed over', patience, async () => {
  const organisationId = await world.organisation()
  const [mailId, contactId, reportId] = [newId(), newId(), newId()]
  const data = { reportId, revision: 1, messageStatus: 'actual' }
  const basics = { kind: 'escalation', level: 4, createdAt: new Date() } as const
  const order = { ...basics, mailId, organisationId, to: { contactId }, data }
  await world.db.transaction().execute((tx) => orderMail(tx, order))
  const message = returned({ subscriptionId: mailId, sealedAddress: '' }, '5.1.1', 'order')
  expect(await mail('bounce', message)).toEqual({ code: 0, said: 'organisation told' })
  const told = await world.sql(`SELECT recipients, content FROM events
    WHERE type = 'jp.renkei.contact.unreachable.v1'`)
  const reason = 'mail to the address came back: 5.1.1'
  expect(told).toEqual([{ recipients: [organisationId], content: { contactId, reportId, reason } }])
})

test('what came back for now is counted and stops nothing', patience, async () => {
  const subscribed = await subscribe()
  const { subscriptionId } = subscribed
  const message = returned(subscribed, '4.2.2')
  expect(await mail('bounce', message)).toEqual({ code: 0, said: 'counted' })
  expect(await stateOf(subscriptionId)).toMatchObject({ state: 'active' })
  expect((await mail('status', '')).said).toContain('came back soft 4.2.2: ')
})

test(
  'a message with a mark of nobody’s, and one that is no bounce, are let pass',
  patience,
  async () => {
    const subscribed = await subscribe()
    const { subscriptionId } = subscribed
    const forged = returned(subscribed, '5.1.1').replace(/[0-9a-f]@mail/, 'x@mail')
    expect(await mail('bounce', forged)).toEqual({ code: 0, said: 'not ours' })
    expect(await mail('bounce', 'Subject: hello\n\nStatus: 5.1.1\n')).toEqual({
      code: 0,
      said: 'no bounce',
    })
    expect(await stateOf(subscriptionId)).toMatchObject({ state: 'active' })
  },
)

test('while the database is away the mail server is told to try again', patience, async () => {
  const away = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }
  expect((await mail('bounce', '', away)).code).toBe(75)
})
