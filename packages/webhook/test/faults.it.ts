// Receivers that fail in each way in which a receiver can: every fault comes back as a value.

import type { Socket } from 'node:net'
import * as net from 'node:net'
import { expect, test } from 'vitest'
import { listen, makeSender, message, startRawReceiver } from './world.ts'

const ok = 'HTTP/1.1 200 OK\r\n'
const tenBytes = `${ok}content-length: 10\r\n\r\n`

interface Case {
  readonly title: string
  readonly onRequest: (socket: Socket) => void
  readonly status: number | null
  readonly reason: string
}

const cases: readonly Case[] = [
  {
    title: 'resets the connection before it answers',
    onRequest: (socket) => socket.resetAndDestroy(),
    status: null,
    reason: 'reset before an answer (ECONNRESET)',
  },
  {
    title: 'closes the connection without an answer',
    onRequest: (socket) => socket.end(),
    status: null,
    reason: 'closed without an answer',
  },
  {
    title: 'closes the connection amid its headers',
    onRequest: (socket) => socket.end(`${ok}content-le`),
    status: null,
    reason: 'closed without an answer',
  },
  {
    title: 'resets the connection amid its body',
    onRequest: (socket) => socket.write(`${tenBytes}12345`, () => socket.resetAndDestroy()),
    status: 200,
    reason: 'the answer broke off after status 200 (ECONNRESET)',
  },
  {
    title: 'closes the connection amid its body',
    onRequest: (socket) => socket.end(`${tenBytes}12345`),
    status: 200,
    reason: 'the answer broke off after status 200',
  },
  {
    title: 'closes the connection amid a chunked body',
    onRequest: (socket) => socket.end(`${ok}transfer-encoding: chunked\r\n\r\n5\r\n12345\r\n`),
    status: 200,
    reason: 'the answer broke off after status 200',
  },
  {
    title: 'sends chunks that are none',
    onRequest: (socket) => socket.end(`${ok}transfer-encoding: chunked\r\n\r\n5\r\n12345zz\r\n`),
    status: 200,
    reason: 'the answer broke off after status 200',
  },
  {
    title: 'sends something else than HTTP',
    onRequest: (socket) => socket.end('220 mail.carrier.example ESMTP\r\n'),
    status: null,
    reason: 'the answer is not HTTP (Response does not match the HTTP/1.1 protocol',
  },
  {
    title: 'sends bytes that are no text',
    onRequest: (socket) => socket.end(Buffer.alloc(4_096, 0xfe)),
    status: null,
    reason: 'the answer is not HTTP (Response does not match the HTTP/1.1 protocol',
  },
  {
    title: 'answers 100 although nobody asked whether to go on',
    onRequest: (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'),
    status: null,
    reason: 'the answer is not HTTP',
  },
  {
    title: 'answers 101 although nobody asked for another protocol',
    onRequest: (socket) =>
      socket.write('HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
    status: null,
    reason: 'the answer is not HTTP',
  },
  {
    title: 'sends too many headers',
    onRequest: (socket) => socket.write(`${ok}${'x-junk: 0123456789\r\n'.repeat(2_000)}`),
    status: null,
    reason: 'the headers of the answer are too large',
  },
  {
    title: 'sends one header without end',
    onRequest: (socket) => socket.write(`${ok}x-junk: ${'0'.repeat(40_000)}`),
    status: null,
    reason: 'the headers of the answer are too large',
  },
]

test.each(cases)('is to be retried when the receiver $title', async (row) => {
  const receiver = await startRawReceiver(row.onRequest)
  const result = await makeSender().send(message(receiver.url))
  expect(result).toMatchObject({ result: 'retry', status: row.status, retryAfterMs: null })
  expect(result.reason).toContain(row.reason)
})

test('is to be retried when nobody listens', async () => {
  const server = net.createServer()
  const { port } = await listen(server)
  await new Promise((resolve) => {
    server.close(resolve)
  })
  const result = await makeSender().send(message(`http://127.0.0.1:${port}/`))
  expect(result).toMatchObject({ result: 'retry', status: null })
  expect(result.reason).toBe('the receiver refused the connection (ECONNREFUSED)')
})

test('is to be retried when the host name has no address', async () => {
  const result = await makeSender().send(message('https://receiver.invalid/'))
  expect(result).toMatchObject({ result: 'retry', status: null })
  expect(result.reason).toMatch(/^the host name could not be resolved \(E\w+\)$/)
})

test('is to be retried when no name server answers', async () => {
  const resolve = () => Promise.reject(Object.assign(new Error('no'), { code: 'EAI_AGAIN' }))
  const result = await makeSender({ resolve }).send(message('https://receiver.example/'))
  expect(result).toMatchObject({ result: 'retry', status: null })
  expect(result.reason).toBe('the host name could not be resolved (EAI_AGAIN)')
})

test('serves the next delivery on a new connection after each fault', async () => {
  let faulty = true
  const receiver = await startRawReceiver((socket) => {
    if (faulty) socket.resetAndDestroy()
    else socket.end(`${ok}content-length: 0\r\n\r\n`)
  })
  const sender = makeSender({ connectionsPerOriginMax: 1 })
  const failed = await Promise.all([1, 2, 3].map(() => sender.send(message(receiver.url))))
  expect(failed.map(({ result }) => result)).toEqual(['retry', 'retry', 'retry'])
  faulty = false
  expect(await sender.send(message(receiver.url))).toMatchObject({ result: 'delivered' })
})

test('keeps text that came before an answer broke off, without what Postgres cannot store', async () => {
  const receiver = await startRawReceiver((socket) => {
    socket.end(Buffer.concat([Buffer.from(`${tenBytes}a`), Buffer.from([0, 0xff, 0x62])]))
  })
  const { responseText } = await makeSender().send(message(receiver.url))
  expect(responseText).toBe('a\uFFFD\uFFFDb')
})
