// No receiver holds the sender for longer than its deadline, or costs it more memory than it keeps.

import type { ServerResponse } from 'node:http'
import { expect, test, vi } from 'vitest'
import { closed, makeSender, message, startRawReceiver, startReceiver } from './world.ts'

test('gives up at the deadline when no answer comes, and closes the connection', async () => {
  const receiver = await startRawReceiver(() => undefined)
  const result = await makeSender({ timeoutMs: 150 }).send(message(receiver.url))
  expect(result).toMatchObject({
    result: 'retry',
    status: null,
    reason: 'no answer in time (150 ms)',
  })
  expect(result.durationMs).toBeGreaterThanOrEqual(149)
  expect(result.durationMs).toBeLessThan(5_000)
  await closed(receiver.sockets[0]!)
})

test.each([
  ['headers', 'HTTP/1.1 200 OK\r\nx-drip: ', null, 'no answer in time'],
  ['interim answers', '', null, 'no answer in time'],
  ['a body', 'HTTP/1.1 200 OK\r\n\r\n', 200, 'the answer did not end in time after status 200'],
] as const)('gives up at the deadline when %s drip', async (what, start, status, reason) => {
  const drop = what === 'interim answers' ? 'HTTP/1.1 102 Processing\r\n\r\n' : 'x'
  const receiver = await startRawReceiver((socket) => {
    socket.write(start)
    const drip = setInterval(() => socket.write(drop), 10)
    socket.once('close', () => clearInterval(drip))
  })
  const result = await makeSender({ timeoutMs: 200 }).send(message(receiver.url))
  expect(result).toMatchObject({ result: 'retry', status, reason: `${reason} (200 ms)` })
  expect(result.durationMs).toBeLessThan(5_000)
  await closed(receiver.sockets[0]!)
})

test('takes a shorter limit for one message', async () => {
  const receiver = await startRawReceiver(() => undefined)
  const result = await makeSender().send(message(receiver.url, { timeoutMs: 100 }))
  expect(result.reason).toBe('no answer in time (100 ms)')
})

test.each([
  ['with its length', { 'content-length': String(2 ** 40) }],
  ['in chunks', {}],
] as const)('reads no more of an endless body %s than it keeps', async (_, headers) => {
  const chunk = Buffer.alloc(65_536, 'x')
  const receiver = await startReceiver((_request, response) => {
    response.writeHead(200, headers)
    const pour = () => {
      while (!response.destroyed && response.write(chunk));
    }
    response.on('drain', pour)
    pour()
  })
  const result = await makeSender({ responseBytesMax: 1_000 }).send(message(receiver.url))
  expect(result).toMatchObject({ result: 'delivered', status: 200, reason: 'answered 200' })
  expect(result.responseText).toBe('x'.repeat(1_000))
  const [socket] = receiver.sockets
  await closed(socket!)
  // What fits into the buffers of both ends of a connection on this machine.
  expect(socket!.bytesWritten).toBeLessThan(16 * 2 ** 20)
})

test('keeps the connection after a body of exactly the size that is kept', async () => {
  const receiver = await startReceiver((_, response) => response.end('x'.repeat(1_000)))
  const sender = makeSender({ responseBytesMax: 1_000, connectionsPerOriginMax: 1 })
  for (let sent = 0; sent < 3; sent += 1) {
    expect((await sender.send(message(receiver.url))).responseText).toHaveLength(1_000)
  }
  expect(receiver.sockets).toHaveLength(1)
})

test('gives up waiting for a connection at the deadline, and leaves the connection to others', async () => {
  const waiting: ServerResponse[] = []
  const receiver = await startReceiver((_, response, { headers }) => {
    if (headers['webhook-id'] === 'slow') waiting.push(response)
    else response.end()
  })
  const sender = makeSender({ connectionsPerOriginMax: 1 })
  const slow = sender.send(message(receiver.url, { id: 'slow' }))
  await vi.waitFor(() => expect(waiting).toHaveLength(1))
  const late = await sender.send(message(receiver.url, { id: 'late', timeoutMs: 100 }))
  expect(late).toMatchObject({ result: 'retry', reason: 'no connection in time (100 ms)' })
  const next = sender.send(message(receiver.url, { id: 'next' }))
  waiting[0]!.end()
  expect(await slow).toMatchObject({ result: 'delivered' })
  expect(await next).toMatchObject({ result: 'delivered' })
  expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual(['slow', 'next'])
  expect(receiver.sockets).toHaveLength(1)
})

test('delays nobody for a receiver that hangs', async () => {
  const hanging = await startRawReceiver(() => undefined)
  const healthy = await startReceiver((_, response) => response.end())
  const sender = makeSender({ timeoutMs: 2_000 })
  const sendAll = (url: string) => Array.from({ length: 40 }, () => sender.send(message(url)))
  const stuck = sendAll(hanging.url)
  const well = Promise.all(sendAll(healthy.url))
  const first = await Promise.race([well.then(() => 'healthy'), ...stuck])
  expect(first).toBe('healthy')
  for (const { result } of await well) expect(result).toBe('delivered')
  for (const { result } of await Promise.all(stuck)) expect(result).toBe('retry')
})

test('gives up at the deadline when a name server does not answer', async () => {
  const sender = makeSender({ timeoutMs: 100, resolve: () => new Promise(() => undefined) })
  const result = await sender.send(message('https://receiver.example/'))
  expect(result).toMatchObject({ result: 'retry', reason: 'no connection in time (100 ms)' })
})

test('lets what is under way end when it is closed, and sends nothing more', async () => {
  const waiting: ServerResponse[] = []
  const receiver = await startReceiver((_, response) => waiting.push(response))
  const sender = makeSender()
  const sending = sender.send(message(receiver.url))
  await vi.waitFor(() => expect(waiting).toHaveLength(1))
  const closing = sender.close()
  const later = await sender.send(message(receiver.url))
  expect(later).toMatchObject({
    result: 'retry',
    reason: 'the sender was stopped before an answer',
  })
  waiting[0]!.end()
  expect(await sending).toMatchObject({ result: 'delivered' })
  await closing
  await closed(receiver.sockets[0]!)
})

test('closes in bounded time although a receiver does not answer', async () => {
  const receiver = await startRawReceiver(() => undefined)
  const sender = makeSender({ timeoutMs: 150, connectionsPerOriginMax: 1 })
  const sending = [1, 2, 3].map(() => sender.send(message(receiver.url, { timeoutMs: 60_000 })))
  await vi.waitFor(() => expect(receiver.sockets).toHaveLength(1))
  await sender.close()
  for (const { result, reason } of await Promise.all(sending)) {
    expect(result).toBe('retry')
    expect(reason).toContain('the sender was stopped before an answer')
  }
  await closed(receiver.sockets[0]!)
})
