// One sender and real receivers: what goes out, what each status means, how connections are kept.

import { expect, test } from 'vitest'
import { createSender } from '../src/index.ts'
import { makeSender, message, startReceiver } from './world.ts'

test('sends the body as it is, with headers that an independent receiver verifies', async () => {
  const receiver = await startReceiver((_, response) => response.end('thank you'))
  const sender = makeSender()
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const outgoing = message(`${receiver.url}?a=b`, { traceparent })
  const result = await sender.send(outgoing)
  expect(result).toMatchObject({
    result: 'delivered',
    status: 200,
    reason: 'answered 200',
    retryAfterMs: null,
    responseText: 'thank you',
  })
  expect(Number.isInteger(result.durationMs)).toBe(true)
  await sender.send(message(receiver.url, { body: Buffer.from('{"a":1}'), traceparent: null }))
  expect(receiver.faults).toEqual([])
  const [first, second] = receiver.received
  expect(first!.url).toBe('/hook?a=b')
  expect(first!.body.toString()).toBe(outgoing.body)
  expect(first!.headers).toMatchObject({
    'content-type': 'application/cloudevents+json; charset=utf-8',
    'content-length': String(Buffer.byteLength(outgoing.body)),
    'user-agent': 'renkei-test/1',
    'webhook-id': 'event_1',
    'webhook-timestamp': String(outgoing.timestampSeconds),
    traceparent,
  })
  expect(second!.headers).not.toHaveProperty('traceparent')
  expect(second!.body.toString()).toBe('{"a":1}')
})

test('judges every final status as the table says, and heeds Retry-After where it says so', async () => {
  const receiver = await startReceiver((_, response, { url }) => {
    response.writeHead(Number(url.slice(1)), { 'retry-after': '7' }).end()
  })
  const sender = makeSender()
  for (let status = 200; status < 600; status += 1) {
    const result = await sender.send(message(`http://127.0.0.1:${receiver.port}/${status}`))
    const delivered = status < 300
    expect(result).toMatchObject({
      status,
      result: delivered ? 'delivered' : status === 410 ? 'refused' : 'retry',
      retryAfterMs: status >= 500 || [408, 425, 429].includes(status) ? 7_000 : null,
    })
    expect(result.reason).toContain(`answered ${status}`)
  }
  expect(receiver.received).toHaveLength(400)
})

test('does not follow a redirect', async () => {
  const inner = await startReceiver((_, response) => response.end())
  const receiver = await startReceiver((_, response) => {
    response.writeHead(307, { location: inner.url }).end()
  })
  const result = await makeSender().send(message(receiver.url))
  expect(result).toMatchObject({ result: 'retry', status: 307 })
  expect(result.reason).toContain('redirects are not followed')
  expect(inner.received).toEqual([])
})

test('waits past interim answers for the final one', async () => {
  const receiver = await startReceiver((_, response) => {
    response.writeProcessing()
    response.writeEarlyHints({ link: '</a>; rel=preload' })
    response.writeHead(202).end()
  })
  expect(await makeSender().send(message(receiver.url))).toMatchObject({ status: 202 })
})

test('keeps connections and opens no more of them to a receiver than allowed', async () => {
  let open = 0
  let openMost = 0
  const receiver = await startReceiver((_, response) => {
    open += 1
    openMost = Math.max(openMost, open)
    setImmediate(() => {
      open -= 1
      response.end('ok')
    })
  })
  const sender = makeSender({ connectionsPerOriginMax: 3 })
  const results = await Promise.all(
    Array.from({ length: 60 }, () => sender.send(message(receiver.url))),
  )
  expect(results.every(({ result }) => result === 'delivered')).toBe(true)
  expect(receiver.sockets).toHaveLength(3)
  expect(openMost).toBeLessThanOrEqual(3)
})

test('does not honour the proxy variables of the environment', async () => {
  const proxy = await startReceiver((_, response) => response.writeHead(502).end())
  const receiver = await startReceiver((_, response) => response.end())
  const names = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY']
  const before = names.map((name) => [name, process.env[name]] as const)
  try {
    for (const name of names) process.env[name] = `http://127.0.0.1:${proxy.port}`
    const result = await makeSender().send(message(receiver.url))
    expect(result.result).toBe('delivered')
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
  expect(proxy.sockets).toEqual([])
})

test('throws for a malformed message, which no receiver has caused, and sends nothing', async () => {
  const receiver = await startReceiver((_, response) => response.end())
  const sender = makeSender()
  const malformed = [
    { secret: 'whsec_short' },
    { id: 'a.b' },
    { timestampSeconds: 1.5 },
    { traceparent: 'a\r\nx: y' },
    { timeoutMs: 0 },
  ]
  for (const part of malformed) {
    await expect(sender.send(message(receiver.url, part))).rejects.toThrow()
  }
  expect(receiver.received).toEqual([])
  expect(await sender.send(message(receiver.url))).toMatchObject({ result: 'delivered' })
})

test.each([
  { allowedCidrs: ['10.0.0.0/99'] },
  { connectionsPerOriginMax: 0 },
  { timeoutMs: 0 },
  { timeoutMs: 2 ** 31 },
  { responseBytesMax: -1 },
  { userAgent: 'a\nb' },
])('refuses to be made with %o', (part) => {
  const options = {
    allowedCidrs: [],
    connectionsPerOriginMax: 1,
    timeoutMs: 1,
    responseBytesMax: 0,
    userAgent: 'renkei-test/1',
  }
  expect(() => createSender({ ...options, ...part })).toThrow()
})
