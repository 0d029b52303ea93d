import { existsSync, readFileSync } from 'node:fs'
import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { newSecret } from './secret.ts'
import { signWebhook } from './sign.ts'

interface Vector {
  readonly secret: string
  readonly payload: string
  readonly 'webhook-id': string
  readonly 'webhook-timestamp': string
  readonly 'webhook-signature': string
}

// From the tests of the reference libraries: github.com/standard-webhooks/standard-webhooks,
// libraries/javascript/src/webhook.test.ts, "sign function works".
const referenceVector: Vector = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  payload: '{"test": 2432232314}',
  'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  'webhook-timestamp': '1614265330',
  'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
}

const vectorsUrl = new URL(
  '../../../../shared/oracles/standard-webhooks/vectors.json',
  import.meta.url,
)

function signVector(vector: Vector): string {
  return signWebhook(vector.secret, {
    id: vector['webhook-id'],
    timestampSeconds: Number(vector['webhook-timestamp']),
    body: vector.payload,
  })
}

test('gives the signature of the reference libraries', () => {
  expect(signVector(referenceVector)).toBe(referenceVector['webhook-signature'])
})

test('gives the signature of every vector among the oracles', (context) => {
  if (!existsSync(vectorsUrl)) context.skip(`no vectors at ${vectorsUrl.pathname}`)
  const { v1 } = JSON.parse(readFileSync(vectorsUrl, 'utf8')) as { v1: Vector[] }
  expect(v1.length).toBeGreaterThan(0)
  for (const vector of v1) expect(signVector(vector)).toBe(vector['webhook-signature'])
})

test.each([
  ['text', '{"phase":"復旧中"}'],
  ['bytes', Buffer.from('{"phase":"復旧中"}')],
])('gives a signature over %s that an independent receiver accepts', (_, body) => {
  const secret = newSecret()
  const timestampSeconds = Math.floor(Date.now() / 1_000)
  const headers = (signature: string) => ({
    'webhook-id': 'event_1',
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signature,
  })
  const receiver = new Webhook(secret)
  const signature = signWebhook(secret, { id: 'event_1', timestampSeconds, body })
  expect(receiver.verify(body, headers(signature))).toEqual({ phase: '復旧中' })
  const others = [
    signWebhook(newSecret(), { id: 'event_1', timestampSeconds, body }),
    signWebhook(secret, { id: 'event_2', timestampSeconds, body }),
    signWebhook(secret, { id: 'event_1', timestampSeconds: timestampSeconds + 1, body }),
    signWebhook(secret, { id: 'event_1', timestampSeconds, body: '{}' }),
  ]
  for (const other of others) expect(() => receiver.verify(body, headers(other))).toThrow()
})

test.each(['', 'a.b', 'a b', 'a\r\nx: y', '番号', 'x'.repeat(256)])(
  'refuses %j as an id, since it would not stand alone in the signed bytes or in a header',
  (id) => {
    const message = { id, timestampSeconds: 1, body: '' }
    expect(() => signWebhook(newSecret(), message)).toThrow(TypeError)
  },
)

test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
  'refuses %d as a time in seconds',
  (timestampSeconds) => {
    const message = { id: 'event_1', timestampSeconds, body: '' }
    expect(() => signWebhook(newSecret(), message)).toThrow(TypeError)
  },
)
