// Attempts to reach through us what only we can reach: by the spelling of an address, by a name that
// changes its mind, by an answer that points elsewhere, by the environment.

import * as net from 'node:net'
import { Pool } from 'undici'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createAddressGuard } from '../src/address-guard.ts'
import { createConnector } from '../src/connector.ts'
import type { HostAddress } from '../src/index.ts'
import { listen, makeSender, message, startReceiver } from './world.ts'

const at = (...addresses: string[]): HostAddress[] =>
  addresses.map((address) => ({ address, family: net.isIP(address) }))

afterEach(() => vi.unstubAllEnvs())

// Each host is a way to write 127.0.0.1, 169.254.169.254, ::1 or another address that is ours alone.
const spellings: readonly (readonly [kind: string, ...hosts: string[]])[] = [
  ['decimal', '2130706433', '2852039166'],
  ['octal', '0177.0.0.1', '017700000001', '0251.0376.0251.0376'],
  ['hexadecimal', '0x7f.0.0.1', '0x7f000001', '0xA9FEA9FE'],
  ['mixed', '0x7f.1', '0177.1', '169.0xfe.43518', '127.0x0.01'],
  ['short', '127.1', '127.0.1', '0', '169.254.43518'],
  ['full-width', '１２７.０.０.１', '１６９。２５４。１６９。２５４', '⑫⑦.⓪.⓪.①'],
  ['percent-encoded', '127%2e0%2e0%2e1', '%31%32%37.0.0.1'],
  ['with a full stop at its end', '127.0.0.1.', '169.254.169.254.', '2130706433.'],
  ['IPv4-mapped', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:FFFF:a9fe:a9fe]'],
  ['IPv4-compatible', '[::127.0.0.1]', '[::a9fe:a9fe]', '[::7f00:1]'],
  ['translated by NAT64', '[64:ff9b::127.0.0.1]', '[64:ff9b::a9fe:a9fe]', '[64:ff9b:1::7f00:1]'],
  ['6to4', '[2002:7f00:1::]', '[2002:a9fe:a9fe::1]'],
  ['Teredo', '[2001:0:7f00:1::]', '[2001::1]'],
  ['loopback', '[::1]', '[0:0:0:0:0:0:0:1]', '[::0001]', '127.255.255.254'],
  ['unspecified', '[::]', '0.0.0.0'],
  ['private', '10.0.0.1', '172.16.0.1', '192.168.0.1', '[fd00:ec2::254]', '[fc00::1]'],
  ['link-local', '169.254.169.254', '[fe80::1]', '[fec0::1]'],
  ['carrier NAT', '100.64.0.1', '100.100.100.200'],
  ['multicast and broadcast', '224.0.0.1', '255.255.255.255', '[ff02::1]'],
]

describe.each(spellings)('an address that is %s', (_, ...hosts) => {
  test.each(hosts)('%s is refused when it is given, and nothing is connected to', async (host) => {
    const sender = makeSender({ allowedCidrs: [] })
    const url = `https://${host}/`
    expect(sender.checkTarget(url)).toMatchObject({ ok: false, rule: 'target.address' })
    expect(await sender.send(message(url))).toMatchObject({
      result: 'retry',
      pace: 'slow',
      status: null,
    })
  })
})

test.each([
  '[fe80::1%25eth0]',
  '[fe80::1%eth0]',
  '[::ffff:127.0.0.1%25lo]',
  '127.0.0.1%00',
  '[::1',
])('the host %s is no URL', (host) => {
  const sender = makeSender({ allowedCidrs: [] })
  expect(sender.checkTarget(`https://${host}/`)).toMatchObject({ ok: false, rule: 'target.url' })
})

test.each(['localhost', 'localhost.', 'LOCALHOST', 'ｌｏｃａｌｈｏｓｔ'])(
  'the name %s leads nowhere, whatever answers to it',
  async (host) => {
    const receiver = await startReceiver((_, response) => response.end())
    const sender = makeSender({ allowedCidrs: [] })
    const { result, reason } = await sender.send(message(`https://${host}:${receiver.port}/`))
    expect(result).toBe('retry')
    expect(reason).toMatch(/only blocked addresses|could not be resolved/)
    expect(receiver.sockets).toEqual([])
  },
)

// As a name server may answer, with addresses that no URL was asked about.
test.each([
  ['169.254.169.254'],
  ['127.0.0.1'],
  ['10.0.0.1', '192.168.1.1'],
  ['::ffff:169.254.169.254'],
  ['64:ff9b::a9fe:a9fe'],
  ['fe80::1%lo'],
  ['::1', '127.0.0.1'],
])('a name that resolves to %s is not connected to', async (...addresses) => {
  const sender = makeSender({ allowedCidrs: [], resolve: async () => at(...addresses) })
  const { result, reason } = await sender.send(message('https://receiver.example/'))
  expect(result).toBe('retry')
  expect(reason).toContain('the host name has only blocked addresses')
})

test('a name that turns to a blocked address after its challenge gets no delivery there', async () => {
  const challenged = await startReceiver((_, response) => response.end())
  const inside = await listen(net.createServer(), '127.0.0.2', challenged.port)
  let address = '127.0.0.1'
  const sender = makeSender({ resolve: async () => at(address) })
  const url = `http://receiver.example:${challenged.port}/`
  expect(await sender.send(message(url))).toMatchObject({ result: 'delivered' })
  address = '127.0.0.2'
  // The next delivery is another process's, which knows no address yet.
  const notifier = makeSender({ resolve: async () => at(address) })
  const { result, reason } = await notifier.send(message(url))
  expect(result).toBe('retry')
  expect(reason).toContain('only blocked addresses')
  expect(inside.sockets).toEqual([])
})

test('a name that answers otherwise for each socket reaches the allowed address or none', async () => {
  const receiver = await startReceiver((_, response) => response.end())
  const inside = await listen(net.createServer(), '127.0.0.2', receiver.port)
  const answers = [['127.0.0.1'], ['127.0.0.2'], ['127.0.0.2', '127.0.0.1']]
  let asked = 0
  const addressesOf = async () => at(...(answers[asked++ % answers.length] ?? []))
  const connect = createConnector({
    guard: createAddressGuard(['127.0.0.1']),
    // Remembers nothing: each socket asks.
    names: { addressesOf, distrust: () => undefined },
    timeoutMs: 1_000,
    caCertificates: [],
  })
  const statuses: (number | string)[] = []
  for (let socket = 0; socket < 9; socket += 1) {
    const pool = new Pool(`http://receiver.example:${receiver.port}`, { connect })
    const answer = pool.request({ path: '/', method: 'POST', body: 'x' })
    statuses.push(
      await answer.then(
        ({ statusCode }) => statusCode,
        (error: { fault?: string }) => error.fault ?? 'other',
      ),
    )
    await pool.destroy()
  }
  const blocked = 'address-blocked'
  expect(statuses).toEqual([200, blocked, 200, 200, blocked, 200, 200, blocked, 200])
  expect(inside.sockets).toEqual([])
})

test.each([301, 302, 303, 307, 308])(
  'a redirect with %d to the metadata service, or to another host, is not followed',
  async (status) => {
    const inside = await startReceiver((_, response) => response.end('secret'))
    for (const location of ['http://169.254.169.254/latest/meta-data/', inside.url]) {
      const receiver = await startReceiver((_, response) => {
        response.writeHead(status, { location }).end()
      })
      const result = await makeSender().send(message(receiver.url))
      expect(result).toMatchObject({ result: 'retry', status, pace: 'slow', responseText: '' })
      expect(result.reason).toContain('redirects are not followed')
    }
    expect(inside.received).toEqual([])
  },
)

test.each([
  'HTTP_PROXY',
  'http_proxy',
  'HTTPS_PROXY',
  'https_proxy',
  'ALL_PROXY',
  'NODE_USE_ENV_PROXY',
])('the variable %s has no say in where a request goes', async (name) => {
  const proxy = await listen(net.createServer())
  vi.stubEnv(name, name === 'NODE_USE_ENV_PROXY' ? '1' : `http://127.0.0.1:${proxy.port}`)
  vi.stubEnv('NO_PROXY', '')
  const receiver = await startReceiver((_, response) => response.end())
  expect(await makeSender().send(message(receiver.url))).toMatchObject({ result: 'delivered' })
  expect(proxy.sockets).toEqual([])
})

test('an exception of the operator opens its network and nothing beside it, for a certificate too', async () => {
  const receiver = await startReceiver((_, response) => response.end())
  const sender = makeSender({ allowedCidrs: ['127.0.0.0/30'] })
  expect(await sender.send(message(receiver.url))).toMatchObject({ result: 'delivered' })
  for (const host of ['127.0.0.4', '[::ffff:127.0.0.1]', '[::1]']) {
    expect(sender.checkTarget(`http://${host}/`)).toMatchObject({ ok: false })
  }
})
