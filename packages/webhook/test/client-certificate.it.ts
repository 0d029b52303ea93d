// Receivers that ask who we are: each subscription shows its own certificate, and no connection that
// was opened with one serves another.

import { createServer } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { expect, test } from 'vitest'
import { makeCertificate } from './certificate.ts'
import { listen, makeSender, message } from './world.ts'

const server = makeCertificate({ names: ['receiver.example'] })
const clients = ['one', 'two', 'three'].map((commonName) => {
  const { cert, key } = makeCertificate({ names: [], commonName })
  return { chain: cert, key }
})
const [one, two, three] = clients as [Identity, Identity, Identity]
type Identity = (typeof clients)[number]

const resolve = async () => [{ address: '127.0.0.1', family: 4 }]

async function startMutual(trusted: readonly Identity[], options: { ask?: boolean } = {}) {
  const seen: string[] = []
  const asking = options.ask ?? true
  const receiver = createServer(
    {
      ...server,
      requestCert: asking,
      rejectUnauthorized: asking,
      ca: trusted.map(({ chain }) => chain),
    },
    (request, response) => {
      const { subject } = (request.socket as TLSSocket).getPeerCertificate()
      seen.push(String(subject?.CN ?? 'nobody'))
      response.end('ok')
    },
  )
  receiver.keepAliveTimeout = 60_000
  const { port, sockets } = await listen(receiver)
  return { url: `https://receiver.example:${port}/`, seen, sockets }
}

const tlsSender = (options: object = {}) =>
  makeSender({ resolve, caCertificates: [server.cert], ...options })

test('shows the certificate of the subscription, and keeps its connection for it alone', async () => {
  const { url, seen, sockets } = await startMutual([one, two])
  const sender = tlsSender()
  for (const clientIdentity of [one, two, one, two, one]) {
    const result = await sender.send(message(url, { clientIdentity }))
    expect(result).toMatchObject({ result: 'delivered', responseText: 'ok' })
  }
  expect(seen).toEqual(['one', 'two', 'one', 'two', 'one'])
  expect(sockets).toHaveLength(2)
})

test('is turned away without a certificate and with one that is not trusted, and says so', async () => {
  const { url, seen } = await startMutual([one])
  const sender = tlsSender()
  for (const clientIdentity of [null, two]) {
    const result = await sender.send(message(url, { clientIdentity }))
    expect(result).toMatchObject({ result: 'retry', status: null, countsAgainstHealth: true })
    expect(result.reason).toMatch(/TLS failed|connection was (reset|closed)/)
  }
  expect(seen).toEqual([])
})

test('shows nothing to a receiver that does not ask', async () => {
  const { url, seen } = await startMutual([], { ask: false })
  const result = await tlsSender().send(message(url, { clientIdentity: one }))
  expect(result.result).toBe('delivered')
  expect(seen).toEqual(['nobody'])
})

test('closes the connections of the longest unused certificate when there are too many, and opens them again', async () => {
  const { url, seen, sockets } = await startMutual(clients)
  const sender = tlsSender({ clientCertificatesMax: 2 })
  const sendAs = async (clientIdentity: Identity) => {
    expect(await sender.send(message(url, { clientIdentity }))).toMatchObject({
      result: 'delivered',
    })
  }
  await sendAs(one)
  await sendAs(two)
  await sendAs(one)
  await sendAs(three)
  // That of "two" has gone, that of "one" is still open.
  await expect.poll(() => sockets.map(({ destroyed }) => destroyed)).toEqual([false, true, false])
  await sendAs(one)
  expect(sockets).toHaveLength(3)
  await sendAs(two)
  expect(sockets).toHaveLength(4)
  expect(seen).toEqual(['one', 'two', 'one', 'three', 'one', 'two'])
})

test('lets what is under way end when its certificate has to make room', async () => {
  const answers: (() => void)[] = []
  const receiver = createServer(server, (_, response) => {
    answers.push(() => response.end('ok'))
  })
  const { port } = await listen(receiver)
  const url = `https://receiver.example:${port}/`
  const sender = tlsSender({ clientCertificatesMax: 1 })
  const first = sender.send(message(url, { clientIdentity: one }))
  await expect.poll(() => answers.length).toBe(1)
  const second = sender.send(message(url, { clientIdentity: two }))
  await expect.poll(() => answers.length).toBe(2)
  for (const answer of answers) answer()
  expect((await Promise.all([first, second])).map(({ result }) => result)).toEqual([
    'delivered',
    'delivered',
  ])
})

test('opens no connection with a certificate that has expired since, or that is broken', async () => {
  const validUntil = new Date(Date.now() + 60_000)
  const { cert, key } = makeCertificate({ names: [], validUntil })
  const { url, sockets } = await startMutual([{ chain: cert, key }])
  const sender = tlsSender()
  const late = message(url, {
    clientIdentity: { chain: cert, key },
    timestampSeconds: Math.ceil(validUntil.getTime() / 1000),
  })
  const result = await sender.send(late)
  expect(result).toMatchObject({ result: 'retry', status: null })
  expect(result.reason).toMatch(/^the client certificate cannot be used \(expired on 20/)
  const broken = { chain: one.chain, key: two.key }
  const { reason } = await sender.send(message(url, { clientIdentity: broken }))
  expect(reason).toBe('the client certificate cannot be used (it cannot be read)')
  expect(sockets).toEqual([])
})
