// What an endpoint is signed with and shown: its secret that changes, its client certificate.

import { X509Certificate } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeCertificate } from '../../../packages/webhook/test/certificate.ts'
import type { Json } from './sample-report.ts'
import { openSubscriber, type Subscriber } from './subscriber.ts'

let us: Subscriber

beforeAll(async () => {
  us = await openSubscriber()
})
afterAll(() => us.close())

describe('a new secret', () => {
  const rotate = (path: string, json: Json = {}) =>
    us.party.request(`${path}/rotate-secret`, { method: 'POST', json })

  test('is shown once, and both sign until the end of the old one', async () => {
    const { path, secret, subscriptionId } = await us.subscribe('/rotate')
    const { status, body } = await rotate(path, { overlapHours: 2 })
    expect(status).toBe(200)
    expect(body.secret).toMatch(/^whsec_/)
    expect(body.secret).not.toBe(secret)
    const inMs = Date.parse(body.previousSecretUntil) - Date.now()
    expect(inMs).toBeGreaterThan(2 * 3_600_000 - 60_000)
    expect(inMs).toBeLessThanOrEqual(2 * 3_600_000)
    await us.party.request(`${path}/test`, { method: 'POST' })
    const sent = us.receiver.at('/rotate').at(-1)!
    expect(String(sent.headers['webhook-signature']).split(' ')).toHaveLength(2)
    for (const known of [secret, body.secret]) {
      new Webhook(known).verify(sent.body, sent.headers as never)
    }
    const { text } = await us.party.request(path)
    expect(text).toContain('previousSecretUntil')
    expect(text).not.toContain('whsec_')
    expect(await us.actionsOf(subscriptionId)).toContain('secretRotated')
  })

  test('without an overlap is the only one at once', async () => {
    const { path, secret } = await us.subscribe('/at-once')
    const { body } = await rotate(path, { overlapHours: 0 })
    expect(body).not.toHaveProperty('previousSecretUntil')
    await us.party.request(`${path}/test`, { method: 'POST' })
    const sent = us.receiver.at('/at-once').at(-1)!
    new Webhook(body.secret).verify(sent.body, sent.headers as never)
    expect(() => new Webhook(secret).verify(sent.body, sent.headers as never)).toThrow()
  })

  test('ends the one before the present one when it comes within the overlap', async () => {
    const { path, secret } = await us.subscribe('/again')
    const second = await rotate(path)
    const third = await rotate(path)
    await us.party.request(`${path}/test`, { method: 'POST' })
    const sent = us.receiver.at('/again').at(-1)!
    for (const known of [second.body.secret, third.body.secret]) {
      new Webhook(known).verify(sent.body, sent.headers as never)
    }
    expect(() => new Webhook(secret).verify(sent.body, sent.headers as never)).toThrow()
  })

  test.each([{ overlapHours: 169 }, { overlapHours: -1 }, { overlapHours: '1' }, { hours: 1 }])(
    'is not made for %j',
    async (json) => {
      const { path, etag } = await us.subscribe('/refused')
      expect(await rotate(path, json)).toMatchObject({
        status: 422,
        body: { code: 'invalid-subscription' },
      })
      expect((await us.party.request(path)).headers.get('etag')).toBe(etag)
    },
  )
})

describe('a client certificate', () => {
  const { cert, key } = makeCertificate({ names: [], commonName: 'renkei' })
  const given = { clientCertificate: cert, clientKey: key }

  test('is shown with its facts, and its key to nobody', async () => {
    const created = await us.subscribe('/mtls', given)
    expect(created.clientCertificate).toMatchObject({
      chain: String(new X509Certificate(cert)),
      subject: 'CN=renkei',
      fingerprint: expect.stringMatching(/^[\w-]{43}$/),
    })
    expect(JSON.stringify(created)).not.toContain('PRIVATE KEY')
    const row = await us.api.db
      .selectFrom('subscriptions')
      .select('client_key')
      .where('subscription_id', '=', created.subscriptionId)
      .executeTakeFirstOrThrow()
    expect(row.client_key).toMatch(/^v1\./)
    const { body } = await us.patch(created.path, { removeClientCertificate: true })
    expect(body).not.toHaveProperty('clientCertificate')
    expect((await us.patch(created.path, given)).body).toHaveProperty('clientCertificate')
  })

  test.each([
    [
      'does not belong to its key',
      { clientKey: makeCertificate({ names: [] }).key },
      '/clientKey',
      'clientKey.mismatch',
    ],
    [
      'has expired',
      () => {
        const old = makeCertificate({ names: [], validUntil: new Date('2026-01-01') })
        return { clientCertificate: old.cert, clientKey: old.key }
      },
      '/clientCertificate',
      'clientCertificate.expired',
    ],
  ] as const)(
    'that %s is refused with the field that is wrong',
    async (_, change, pointer, rule) => {
      const members = { ...given, ...(typeof change === 'function' ? change() : change) }
      const json = { channel: 'webhook', target: { url: us.receiver.url('/bad') }, ...members }
      const { path } = await us.subscribe('/good')
      for (const answer of [
        await us.party.request('/v1/subscriptions', { json }),
        await us.patch(path, members),
      ]) {
        expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer, rule }] } })
        expect(answer.text).not.toContain('PRIVATE KEY')
      }
    },
  )
})
