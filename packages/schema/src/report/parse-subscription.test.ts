import { describe, expect, test } from 'vitest'
import { parseSubscriptionPatch, parseSubscriptionRequest } from './parse-subscription.ts'

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

describe('a request to subscribe', () => {
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
  test.each([{ state: 'paused' }, { filter: {} }, { mode: 'latest', description: 'x' }])(
    '%j is accepted unchanged',
    (patch) => {
      expect(parseSubscriptionPatch(patch)).toEqual({ ok: true, patch })
    },
  )

  test.each([
    ['nothing in it', {}, ' tooFew'],
    ['a state that only Renkei sets', { state: 'ended' }, '/state enum'],
    ['another owner', { organisation: 'example-mobile' }, '/organisation unknownMember'],
  ])('is refused with %s', (_, value, fault) => {
    expect(faultsOf(parseSubscriptionPatch(value))).toEqual([fault])
  })
})

function faultsOf(
  parsed: ReturnType<typeof parseSubscriptionRequest | typeof parseSubscriptionPatch>,
) {
  return parsed.ok ? [] : parsed.faults.map(({ pointer, rule }) => `${pointer} ${rule}`)
}
