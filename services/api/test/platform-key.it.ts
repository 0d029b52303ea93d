// The key of the platform as receivers meet it: on the first request that it signs, and where it is
// published.

import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { readPlatformKeys } from '@renkei/db'
import { verifyRequest } from '@renkei/http-signature'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { openSubscriber, type Subscriber } from './subscriber.ts'

const directory = '/.well-known/http-message-signatures-directory'
const signing = 'standardWebhooksAndHttpSignature'

let us: Subscriber
let beside: TestApi

beforeAll(async () => {
  us = await openSubscriber()
  beside = await startTestApi({ beside: us.api })
})
afterAll(async () => {
  await beside.stop()
  await us.close()
})

test('the key is made on first use by one process, published for everybody, and verifies what was sent', async () => {
  expect(await readPlatformKeys(us.api.db, new Date())).toEqual([])
  const url = us.receiver.url('/signed')
  const json = { channel: 'webhook', target: { url }, signing }
  const parties = [us.party, us.party.at(beside)]
  const answers = await Promise.all(
    [...parties, ...parties].map((party) => party.request('/v1/subscriptions', { json })),
  )
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201])
  expect(answers[0]!.body).toMatchObject({ signing, state: 'active' })

  const { status, headers, body } = await us.api.request(directory)
  expect(status).toBe(200)
  expect(headers.get('content-type')).toContain('http-message-signatures-directory+json')
  expect(headers.get('cache-control')).toBe('public, max-age=300')
  expect(body.keys).toEqual([
    {
      kid: expect.stringMatching(/^[\w-]{43}$/),
      kty: 'OKP',
      crv: 'Ed25519',
      x: expect.any(String),
      use: 'sig',
    },
  ])
  const etag = headers.get('etag') ?? ''
  const again = await us.api.request(directory, { headers: { 'if-none-match': etag } })
  expect(again.status).toBe(304)

  const published = body.keys as (JsonWebKey & { kid: string })[]
  for (const sent of us.receiver.verifications) {
    const request = {
      method: 'POST',
      targetUri: url,
      headers: sent.headers as Record<string, string>,
      body: sent.body,
    }
    const verdict = await verifyRequest(request, {
      at: new Date(),
      skewSeconds: 300,
      required: ['content-type', 'webhook-id', 'webhook-timestamp'],
      findKey: async (keyId) => {
        const jwk = published.find(({ kid }) => kid === keyId)
        return jwk && createPublicKey({ key: jwk, format: 'jwk' })
      },
    })
    expect(verdict).toMatchObject({ ok: true })
  }
  expect(us.receiver.verifications).toHaveLength(4)
  const [stored] = await readPlatformKeys(us.api.db, new Date())
  expect(stored!.privateKey).toMatch(/^v1\./)
})

test('a subscription may ask for it later, and give it up', async () => {
  const { path } = await us.subscribe('/later')
  const sendTest = async () => {
    await us.party.request(`${path}/test`, { method: 'POST' })
    return us.receiver.at('/later').at(-1)!.headers
  }
  expect(await sendTest()).not.toHaveProperty('signature')
  await us.patch(path, { signing })
  expect(await sendTest()).toHaveProperty('signature')
  await us.patch(path, { signing: 'standardWebhooks' })
  expect(await sendTest()).not.toHaveProperty('signature')
})
