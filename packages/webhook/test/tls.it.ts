// TLS as receivers have it: good, and wrong in each usual way.

import { createServer } from 'node:https'
import * as net from 'node:net'
import { expect, test } from 'vitest'
import type { HostAddress } from '../src/index.ts'
import { makeCertificate, type Certificate } from './certificate.ts'
import { closed, listen, makeSender, message, startReceiver } from './world.ts'

const loopback: HostAddress[] = [{ address: '127.0.0.1', family: 4 }]
const resolve = async () => loopback

async function startTls(certificate: Certificate) {
  let received = 0
  const server = createServer(certificate, (_, response) => {
    received += 1
    response.end('ok')
  })
  const { port, sockets } = await listen(server)
  return { port, sockets, received: () => received }
}

test('delivers over TLS to a receiver whose authority the operator trusts, by name and address', async () => {
  const certificate = makeCertificate({ names: ['receiver.example'], addresses: ['127.0.0.1'] })
  const receiver = await startTls(certificate)
  const sender = makeSender({ resolve, caCertificates: [certificate.cert] })
  for (const host of ['receiver.example', '127.0.0.1']) {
    const url = `https://${host}:${receiver.port}/`
    const result = await sender.send(message(url))
    expect(result).toMatchObject({ result: 'delivered', responseText: 'ok' })
    await sender.send(message(url))
  }
  expect(receiver.received()).toBe(4)
})

test.each([
  ['is unknown', { names: ['receiver.example'] }, false, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  [
    'has expired',
    { names: ['receiver.example'], validUntil: new Date('2026-01-01') },
    true,
    'CERT_HAS_EXPIRED',
  ],
  ['names another host', { names: ['other.example'] }, true, 'ERR_TLS_CERT_ALTNAME_INVALID'],
] as const)('sends nothing to a receiver whose certificate %s', async (_, parts, trusted, code) => {
  const certificate = makeCertificate(parts)
  const receiver = await startTls(certificate)
  const sender = makeSender({ resolve, caCertificates: trusted ? [certificate.cert] : [] })
  const result = await sender.send(message(`https://receiver.example:${receiver.port}/`))
  expect(result).toMatchObject({ result: 'retry', status: null })
  expect(result.reason).toContain(`TLS failed (${code}, `)
  expect(receiver.received()).toBe(0)
})

test('says that TLS failed when a receiver speaks plain HTTP', async () => {
  const receiver = await startReceiver((_, response) => response.end())
  const sender = makeSender({ resolve })
  const result = await sender.send(message(`https://receiver.example:${receiver.port}/`))
  expect(result.reason).toMatch(/^TLS failed \(ERR_SSL_\w+, [\w ]+\)$/)
  expect(receiver.received).toEqual([])
})

test('gives up at the deadline when a receiver does not begin TLS, and closes the connection', async () => {
  const server = net.createServer((socket) => socket.on('error', () => undefined).resume())
  const { port, sockets } = await listen(server)
  const sender = makeSender({ resolve, timeoutMs: 150 })
  const result = await sender.send(message(`https://receiver.example:${port}/`))
  expect(result).toMatchObject({ result: 'retry', reason: 'no connection in time (150 ms)' })
  await closed(sockets[0]!)
})
