import { describe, expect, test } from 'vitest'
import {
  parseSecretRotation,
  parseSubscriptionPatch,
  parseSubscriptionRequest,
} from './parse-subscription.ts'

const request = {
  channel: 'webhook',
  target: { url: 'https://noc.example-fixed.example/renkei' },
  filter: {
    kinds: ['fault', 'congestion'],
    minLevel: 2,
    services: ['sms'],
    prefectures: ['13', '14'],
    organisations: ['example-mobile'],
    messageStatuses: ['actual', 'exercise'],
  },
  mode: 'all',
  description: 'NOC dashboard',
}

const email = { channel: 'email', target: { address: 'noc@example-fixed.example' } }
const signing = 'standardWebhooksAndHttpSignature'
const pem = (kind: string) => `-----BEGIN ${kind}-----\nMIIB\n-----END ${kind}-----\n`

describe('a request to subscribe', () => {
  test('is accepted by e-mail, and with a certificate and a choice of signing', () => {
    expect(parseSubscriptionRequest(email)).toEqual({ ok: true, request: email })
    const clientCertificate = pem('CERTIFICATE').repeat(2)
    const whole = { ...request, signing, clientCertificate, clientKey: pem('PRIVATE KEY') }
    expect(parseSubscriptionRequest(whole)).toEqual({ ok: true, request: whole })
  })

  test('is accepted unchanged, whole or with only what is needed', () => {
    expect(parseSubscriptionRequest(request)).toEqual({ ok: true, request })
    const bare = { channel: request.channel, target: request.target }
    expect(parseSubscriptionRequest(bare)).toEqual({ ok: true, request: bare })
  })

  test.each([
    ['another channel', { ...request, channel: 'sms' }, '/channel enum'],
    [
      'a target that is no web address',
      { ...request, target: { url: 'file:///etc/passwd' } },
      '/target/url format',
    ],
    [
      'a target with a password',
      { ...request, target: { url: 'https://a:b@c.example/' } },
      '/target/url format',
    ],
    ['a target that is absent', { channel: 'webhook' }, '/target required'],
    [
      'a prefecture that is none',
      { ...request, filter: { prefectures: ['48'] } },
      '/filter/prefectures/0 pattern',
    ],
    [
      'the same kind twice',
      { ...request, filter: { kinds: ['leak', 'leak'] } },
      '/filter/kinds duplicate',
    ],
    ['a level that is none', { ...request, filter: { minLevel: 5 } }, '/filter/minLevel enum'],
    ['a member that Renkei gives', { ...request, state: 'active' }, '/state unknownMember'],
    ['NUL in the description', { ...request, description: 'a\0' }, '/description text.unicode'],
    ['what is not an object', 'webhook', ' type'],
    [
      'an e-mail address for the channel webhook',
      { ...request, target: { ...request.target, address: 'noc@example.jp' } },
      '/target/address target.channel',
    ],
    ['no address to post to', { ...request, target: {} }, '/target/url target.channel'],
    ['no address to mail to', { channel: 'email', target: {} }, '/target/address target.channel'],
    [
      'a web address for the channel email',
      { channel: 'email', target: { ...email.target, url: 'https://a.example/' } },
      '/target/url target.channel',
    ],
    ['a signing choice for the channel email', { ...email, signing }, '/signing target.channel'],
    [
      'a certificate without its key',
      { ...request, clientCertificate: pem('CERTIFICATE') },
      '/clientKey clientCertificate.key',
    ],
    [
      'a key without its certificate',
      { ...request, clientKey: pem('EC PRIVATE KEY') },
      '/clientCertificate clientCertificate.key',
    ],
    [
      'what is no certificate',
      { ...request, clientCertificate: 'MIIB', clientKey: pem('PRIVATE KEY') },
      '/clientCertificate pattern',
    ],
    ...['noc', 'NOC <noc@example.jp>', 'noc@example', 'a@b.jp\r\nBcc: c@d.jp', '@example.jp'].map(
      (address): [string, object, string] => [
        `the e-mail address ${JSON.stringify(address)}`,
        { channel: 'email', target: { address } },
        '/target/address pattern',
      ],
    ),
  ])('is refused with %s', (_, value, fault) => {
    expect(faultsOf(parseSubscriptionRequest(value))).toEqual([fault])
  })

  test('is told all its faults at once', () => {
    const value = { channel: 'fax', filter: { kind: ['fault'], minLevel: -1 } }
    expect(faultsOf(parseSubscriptionRequest(value)).sort()).toEqual([
      '/channel enum',
      '/filter/kind unknownMember',
      '/filter/minLevel enum',
      '/target required',
    ])
  })
})

describe('a change to a subscription', () => {
  test.each([
    { state: 'paused' },
    { filter: {} },
    { mode: 'latest', description: 'x' },
    { target: request.target, signing },
    { target: email.target },
    { removeClientCertificate: true },
  ])('%j is accepted unchanged', (patch) => {
    expect(parseSubscriptionPatch(patch)).toEqual({ ok: true, patch })
  })

  test.each([
    ['nothing in it', {}, ' tooFew'],
    ['a state that only Renkei sets', { state: 'ended' }, '/state enum'],
    [
      'two addresses',
      { target: { ...request.target, ...email.target } },
      '/target/address target.channel',
    ],
    ['no address in its target', { target: {} }, '/target/url target.channel'],
    [
      'a certificate to add and to remove',
      {
        removeClientCertificate: true,
        clientCertificate: pem('CERTIFICATE'),
        clientKey: pem('PRIVATE KEY'),
      },
      '/clientCertificate clientCertificate.removed',
    ],
    ['another owner', { organisation: 'example-mobile' }, '/organisation unknownMember'],
  ])('is refused with %s', (_, value, fault) => {
    expect(faultsOf(parseSubscriptionPatch(value))).toEqual([fault])
  })
})

describe('a wish for a new secret', () => {
  test.each([{}, { overlapHours: 0 }, { overlapHours: 168 }])('%j is accepted', (rotation) => {
    expect(parseSecretRotation(rotation)).toEqual({ ok: true, rotation })
  })

  test.each([
    [{ overlapHours: 169 }, '/overlapHours range'],
    [{ overlapHours: -1 }, '/overlapHours range'],
    [{ overlapHours: 1.5 }, '/overlapHours type'],
    [{ secret: 'whsec_' }, '/secret unknownMember'],
  ])('%j is refused', (value, fault) => {
    expect(faultsOf(parseSecretRotation(value))).toEqual([fault])
  })
})

type Parse =
  | typeof parseSubscriptionRequest
  | typeof parseSubscriptionPatch
  | typeof parseSecretRotation

function faultsOf(parsed: ReturnType<Parse>) {
  return parsed.ok ? [] : parsed.faults.map(({ pointer, rule }) => `${pointer} ${rule}`)
}
