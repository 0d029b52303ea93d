// Addresses that must not be reached, by every way on which one could be: a literal, a host name,
// a name that changes its mind, and a connector that is called without a lookup.

import * as net from 'node:net'
import { Pool } from 'undici'
import { expect, onTestFinished, test } from 'vitest'
import { createAddressGuard } from '../src/address-guard.ts'
import { createConnector } from '../src/connector.ts'
import type { HostAddress } from '../src/index.ts'
import { createNames } from '../src/names.ts'
import { listen, makeSender, message, startReceiver } from './world.ts'

const at = (...addresses: string[]): HostAddress[] =>
  addresses.map((address) => ({ address, family: net.isIP(address) }))

test('never connects to a literal address that is blocked', async () => {
  const receiver = await startReceiver((_, response) => response.end())
  const sender = makeSender({ allowedCidrs: ['127.0.0.2'] })
  const hosts = ['127.0.0.1', '2130706433', '0x7f.1', '017700000001', '[::ffff:127.0.0.1]', '0']
  for (const host of hosts) {
    for (const scheme of ['http', 'https']) {
      const url = `${scheme}://${host}:${receiver.port}/`
      expect(sender.checkTarget(url)).toMatchObject({ ok: false, rule: 'target.address' })
      const result = await sender.send(message(url))
      expect(result).toMatchObject({ result: 'retry', pace: 'slow', status: null })
      expect(result.reason).toContain('the address may not be delivered to')
    }
  }
  expect(receiver.sockets).toEqual([])
})

test('does not connect to a host name that resolves only to blocked addresses', async () => {
  const receiver = await startReceiver((_, response) => response.end())
  const sender = makeSender({
    allowedCidrs: ['127.0.0.2'],
    resolve: async () => at('127.0.0.1', '::1'),
  })
  for (const scheme of ['http', 'https']) {
    const url = `${scheme}://receiver.example:${receiver.port}/`
    expect(sender.checkTarget(url)).toEqual({ ok: true })
    const result = await sender.send(message(url))
    expect(result).toMatchObject({
      result: 'retry',
      reason: 'the host name has only blocked addresses (loopback (RFC 1122))',
    })
  }
  expect(receiver.sockets).toEqual([])
})

test('does not connect to this machine by its own name', async () => {
  const receiver = await startReceiver((_, response) => response.end())
  const sender = makeSender({ allowedCidrs: [] })
  const result = await sender.send(message(`https://localhost:${receiver.port}/`))
  expect(result.reason).toContain('only blocked addresses')
  expect(receiver.sockets).toEqual([])
})

test('connects to the allowed ones among the addresses of a host name, and to no other', async () => {
  const receiver = await startReceiver((_, response) => response.end())
  const { sockets } = await listen(net.createServer(), '127.0.0.2', receiver.port)
  const sender = makeSender({ resolve: async () => at('127.0.0.2', '::1', '127.0.0.1') })
  const result = await sender.send(message(`http://receiver.example:${receiver.port}/`))
  expect(result).toMatchObject({ result: 'delivered' })
  expect(sockets).toEqual([])
})

test('sends plain http to no address that is not an exception, though https may go there', async () => {
  const sender = makeSender({ resolve: async () => at('8.8.8.8') })
  const result = await sender.send(message('http://receiver.example/'))
  expect(result).toMatchObject({ result: 'retry' })
  expect(result.reason).toContain("not among the operator's exceptions for plain http")
})

test('keeps to the address it checked when a name turns to a blocked one', async () => {
  let asked = 0
  const allowed = await startReceiver((_, response) => response.end())
  const { sockets } = await listen(net.createServer(), '127.0.0.2', allowed.port)
  const sender = makeSender({
    connectionsPerOriginMax: 2,
    resolve: async () => {
      asked += 1
      return at(asked === 1 ? '127.0.0.1' : '127.0.0.2')
    },
  })
  const url = `http://receiver.example:${allowed.port}/`
  for (let sent = 0; sent < 5; sent += 1) {
    expect(await sender.send(message(url))).toMatchObject({ result: 'delivered' })
  }
  // The receiver goes away, so the name is asked for again and gives a blocked address.
  for (const socket of allowed.sockets) socket.destroy()
  allowed.server.close()
  await expect
    .poll(async () => (await sender.send(message(url))).reason)
    .toContain('the host name has only blocked addresses')
  expect(asked).toBeGreaterThan(1)
  expect(sockets).toEqual([])
})

test('finds a receiver again that has moved to another address', async () => {
  const receiver = await startReceiver((_, response) => response.end())
  let address = '127.0.0.1'
  const sender = makeSender({ allowedCidrs: ['127.0.0.0/8'], resolve: async () => at(address) })
  const url = `http://receiver.example:${receiver.port}/`
  expect(await sender.send(message(url))).toMatchObject({ result: 'delivered' })
  await new Promise((resolve) => {
    receiver.server.close(resolve)
    receiver.server.closeAllConnections()
  })
  receiver.server.listen(receiver.port, '127.0.0.3')
  address = '127.0.0.3'
  await expect
    .poll(async () => (await sender.send(message(url))).result, { timeout: 5_000 })
    .toBe('delivered')
})

test('sends nothing on a connection that has arrived where it must not be', async () => {
  const bytes: Buffer[] = []
  const server = net.createServer((socket) => socket.on('data', (chunk) => bytes.push(chunk)))
  const { port, sockets } = await listen(server)
  const names = createNames({ nowMs: () => 0, resolve: async () => [] })
  const guard = createAddressGuard([])
  const connect = createConnector({ guard, names, timeoutMs: 1_000, caCertificates: [] })
  // An address in the origin: Node asks for no lookup, so only the last check is left.
  const pool = new Pool(`http://127.0.0.1:${port}`, { connect })
  onTestFinished(() => pool.destroy())
  await expect(pool.request({ path: '/', method: 'POST', body: 'x' })).rejects.toMatchObject({
    fault: 'address-blocked',
    message: 'loopback (RFC 1122)',
  })
  expect(sockets).toHaveLength(1)
  expect(bytes).toEqual([])
})
