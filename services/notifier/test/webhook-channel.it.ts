// What the webhook channel signs with while secrets come and go, and what it says when it cannot.

import { randomBytes } from 'node:crypto'
import { newId } from '@renkei/db'
import { fakeClock, startReceiver, testKey, type Receiver } from '@renkei/testkit'
import { openVault, parseKey, sealClientKey, sealSecret, type Vault } from '@renkei/vault'
import { newSecret, type PlatformKeys } from '@renkei/webhook'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeMemoryStore, type MemoryStore } from '../../../packages/vault/test/memory-store.ts'
import type { Recipient } from '../src/channels/channel.ts'
import { makeWebhookChannel } from '../src/channels/webhook/webhook-channel.ts'

let receiver: Receiver
let store: MemoryStore
let vault: Vault
const told: unknown[] = []

beforeAll(async () => {
  receiver = await startReceiver()
  store = makeMemoryStore()
  const key = parseKey(testKey)!
  vault = await openVault({ key, store, onFault: (error) => told.push(error) })
})
afterAll(() => receiver.close())

const noPlatformKeys: PlatformKeys = {
  current: () => Promise.reject(new Error('nobody asked for it')),
}

function open() {
  const clock = fakeClock(new Date().toISOString())
  const options = {
    allowedCidrs: ['127.0.0.1'],
    connectionsPerOriginMax: 2,
    timeoutMs: 2000,
    responseBytesMax: 100,
    userAgent: 'test',
  }
  return {
    clock,
    channel: makeWebhookChannel({ options, clock, vault, platformKeys: noPlatformKeys }),
  }
}

function recipientAt(path: string) {
  const named = { subscriptionId: newId(), organisationId: 'example-fixed' }
  const [secret, previousSecret] = [newSecret(), newSecret()]
  const recipient: Recipient = {
    ...named,
    target: { url: receiver.url(path) },
    secret: sealSecret(vault, named, secret),
    previousSecret: sealSecret(vault, named, previousSecret),
  }
  return { recipient, named, secret, previousSecret }
}

const notice = { eventId: newId(), body: '{}', traceparent: null }

test('signs with both secrets until the end of the old one, and from then on with the new one alone', async () => {
  const { channel, clock } = open()
  const { recipient, secret, previousSecret } = recipientAt('/overlap')
  const until = new Date(clock.now().getTime() + 60_000)
  const rotated = { ...recipient, previousSecretUntil: until }
  await channel.send(notice, rotated)
  clock.advance(59_999)
  await channel.send(notice, rotated)
  clock.advance(1)
  await channel.send(notice, rotated)
  const signatures = receiver
    .at('/overlap')
    .map(({ headers }) => String(headers['webhook-signature']).split(' '))
  expect(signatures.map(({ length }) => length)).toEqual([2, 2, 1])
  const [first, , last] = receiver.at('/overlap')
  for (const known of [secret, previousSecret]) {
    new Webhook(known).verify(first!.body, first!.headers as never)
  }
  new Webhook(secret).verify(last!.body, last!.headers as never)
  await channel.close()
})

test('says in words that a secret does not open, sends nothing, and blames nobody else', async () => {
  const { channel } = open()
  const { recipient, named } = recipientAt('/closed')
  const moved = { ...recipient, subscriptionId: newId() }
  const unknown = {
    ...recipient,
    secret: `v1.${'0'.repeat(16)}.${randomBytes(60).toString('base64url')}`,
  }
  const badKey = {
    ...recipient,
    clientCertificate: 'x',
    clientKey: sealClientKey(vault, { ...named, subscriptionId: newId() }, 'key'),
  }
  for (const closed of [moved, unknown, badKey]) {
    told.length = 0
    expect(await channel.send(notice, closed)).toMatchObject({
      result: 'retry',
      status: null,
      reason: expect.stringMatching(/^what it is signed with cannot be opened: /),
      pace: 'slow',
      gone: false,
      countsAgainstHealth: false,
    })
    expect(told).toHaveLength(1)
  }
  expect(receiver.at('/closed')).toEqual([])
  await channel.close()
})

test('delivers with the present secret when the one before it does not open', async () => {
  const { channel, clock } = open()
  const { recipient, secret } = recipientAt('/half')
  const until = new Date(clock.now().getTime() + 60_000)
  const half = { ...recipient, previousSecret: 'v1.0.x', previousSecretUntil: until }
  expect(await channel.send(notice, half)).toMatchObject({ result: 'delivered' })
  const [sent] = receiver.at('/half')
  new Webhook(secret).verify(sent!.body, sent!.headers as never)
  await channel.close()
})

test('hands on how soon to try again, and that the receiver is gone', async () => {
  const { channel } = open()
  const { recipient } = recipientAt('/judged')
  const outcomes = []
  for (const status of [204, 404, 503, 410]) {
    receiver.always('/judged', { kind: 'answer', status })
    const { result, pace, gone } = await channel.send(notice, recipient)
    outcomes.push([status, result, pace, gone])
  }
  expect(outcomes).toEqual([
    [204, 'delivered', 'normal', false],
    [404, 'retry', 'slow', false],
    [503, 'retry', 'normal', false],
    [410, 'refused', 'normal', true],
  ])
  await channel.close()
})
