// npm run mail as a mail server calls it: a message on standard input, a word and an exit code back.

import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { dataKeyStore, insertSubscription, newId } from '@renkei/db'
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
  return made
}

const returned = (subscriptionId: string, status: string, queueId = newId()) => {
  const token = bounceToken({ kind: 'subscription', id: subscriptionId }, (about) =>
    bounceMark(vault, about),
  )
  return `To: bounces+${token}@mail.example
Content-Type: multipart/report; report-type=delivery-status; boundary=x

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.jp
X-Queue-ID: ${queueId}

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
    const { subscriptionId, organisationId } = await subscribe()
    const message = returned(subscriptionId, '5.1.1')
    expect(await mail('bounce', message)).toEqual({ code: 0, said: 'subscription paused' })
    expect(await stateOf(subscriptionId)).toEqual({
      state: 'paused',
      state_reason: 'mail to the address came back: 5.1.1',
    })
    const told = () =>
      world.sql(`SELECT recipients FROM events WHERE type = 'jp.renkei.subscription.switchedOff.v1'
      AND subject = '${subscriptionId}'`)
    expect(await told()).toEqual([{ recipients: [organisationId] }])
    expect(await mail('bounce', message)).toEqual({ code: 0, said: 'known already' })
    expect(await told()).toHaveLength(1)
  },
)

test('what came back for now is counted and stops nothing', patience, async () => {
  const { subscriptionId } = await subscribe()
  const message = returned(subscriptionId, '4.2.2')
  expect(await mail('bounce', message)).toEqual({ code: 0, said: 'counted' })
  expect(await stateOf(subscriptionId)).toMatchObject({ state: 'active' })
  expect((await mail('status', '')).said).toContain('came back soft 4.2.2: 1')
})

test(
  'a message with a mark of nobody’s, and one that is no bounce, are let pass',
  patience,
  async () => {
    const { subscriptionId } = await subscribe()
    const forged = returned(subscriptionId, '5.1.1').replace(/[0-9a-f]@mail/, 'x@mail')
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
