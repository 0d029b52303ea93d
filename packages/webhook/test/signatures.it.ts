// What a request is signed with, as a receiver sees it: by its own code, not by ours.

import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { verifyRequest } from '@renkei/http-signature'
import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { newSecret } from '../src/index.ts'
import { makeSender, message, secret, startReceiver } from './world.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const platformKey = { keyId: 'key-1', privateKey }

test('carries both signatures, the new one first, while one secret takes the place of another', async () => {
  const receiver = await startReceiver((_, response) => response.end())
  const previousSecret = newSecret()
  const sender = makeSender()
  await sender.send(message(receiver.url, { previousSecret }))
  await sender.send(message(receiver.url, { previousSecret: null }))
  const [both, single] = receiver.received
  expect(both!.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/)
  for (const known of [secret, previousSecret]) {
    expect(new Webhook(known).verify(both!.body, both!.headers)).toEqual({ phase: '復旧中' })
  }
  const [first = ''] = both!.headers['webhook-signature']!.split(' ')
  const alone = { ...both!.headers, 'webhook-signature': first }
  expect(new Webhook(secret).verify(both!.body, alone)).toEqual({ phase: '復旧中' })
  expect(single!.headers['webhook-signature']).toMatch(/^v1,\S+$/)
  expect(() => new Webhook(previousSecret).verify(single!.body, single!.headers)).toThrow()
})

test('has no HTTP message signature unless it is asked for', async () => {
  const receiver = await startReceiver((_, response) => response.end())
  await makeSender().send(message(receiver.url))
  const { headers } = receiver.received[0]!
  for (const name of ['signature', 'signature-input', 'content-digest']) {
    expect(headers).not.toHaveProperty(name)
  }
})

test('carries an HTTP message signature beside the other, over all that tells what and where', async () => {
  const receiver = await startReceiver((_, response) => response.end())
  const url = `${receiver.url}?a=1&b=%E3%81%82`
  await makeSender().send(message(url, { platformKey }))
  const { headers, body } = receiver.received[0]!
  const request = { method: 'POST', targetUri: url, headers, body }
  const required = ['content-type', 'webhook-id', 'webhook-timestamp']
  const accept = {
    at: new Date(),
    skewSeconds: 60,
    required,
    findKey: async (keyId: string) => (keyId === 'key-1' ? publicKey : undefined),
  }
  const verdict = await verifyRequest(request, accept)
  expect(verdict).toMatchObject({ ok: true })
  expect(headers['signature-input']).toMatch(/;created=\d+;expires=\d+;keyid="key-1";nonce="/)
  const elsewhere = { ...request, targetUri: `${url}0` }
  const changes = [
    elsewhere,
    { ...request, method: 'PUT' },
    { ...request, body: Buffer.from('{}') },
    ...required.map((name) => ({ ...request, headers: { ...headers, [name]: '1' } })),
  ]
  for (const changed of changes) {
    expect(await verifyRequest(changed, accept)).toMatchObject({ ok: false })
  }
  const later = new Date(Date.now() + 301_000)
  expect(await verifyRequest(request, { ...accept, at: later, skewSeconds: 900 })).toMatchObject({
    reason: 'the signature has expired',
  })
  expect(receiver.faults).toEqual([])
})

test('signs the bytes of RFC 9421 §2.5, as written down by hand', async () => {
  const receiver = await startReceiver((_, response) => response.end())
  await makeSender().send(message(receiver.url, { platformKey }))
  const { headers } = receiver.received[0]!
  const parameters = headers['signature-input']!.replace('sig1=', '')
  const base = [
    `"@method": POST`,
    `"@target-uri": ${receiver.url}`,
    `"content-digest": ${headers['content-digest']}`,
    `"content-type": application/cloudevents+json; charset=utf-8`,
    `"webhook-id": event_1`,
    `"webhook-timestamp": ${headers['webhook-timestamp']}`,
    `"@signature-params": ${parameters}`,
  ].join('\n')
  const signature = Buffer.from(headers['signature']!.slice('sig1=:'.length, -1), 'base64')
  const key = createPublicKey(privateKey)
  expect(verify(null, Buffer.from(base), key, signature)).toBe(true)
})
