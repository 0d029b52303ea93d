// Every scripted fault, as a plain HTTP client sees it on the wire.

import { connect } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { OK, retryAfter, startReceiver, waitFor } from '../src/index.ts'
import type { Receiver, ReceiverOptions, Reply } from '../src/index.ts'

async function receiver(options?: ReceiverOptions): Promise<Receiver> {
  const made = await startReceiver(options)
  onTestFinished(async () => made.close())
  return made
}

async function post(url: string, body: unknown = { a: 1 }, timeoutMs = 5_000): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  })
}

/** What comes back over the bare socket until it closes, or until `enough` holds. */
async function raw(
  target: Receiver,
  path: string,
  enough: (seen: string) => boolean = () => false,
): Promise<{ seen: string; error?: string }> {
  const socket = connect(target.port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let seen = ''
  return new Promise((resolve) => {
    socket.on('data', (chunk) => {
      seen += String(chunk)
      if (enough(seen)) resolve({ seen })
    })
    socket.on('error', (error) =>
      resolve({ seen, error: (error as NodeJS.ErrnoException).code ?? '' }),
    )
    socket.on('end', () => resolve({ seen }))
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}`)
  })
}

const challenge = {
  type: 'jp.renkei.subscription.verification.v1',
  data: { challenge: 'c-123' },
}

describe('the record', () => {
  test('keeps method, path, headers, exact bytes and both times of every request', async () => {
    const target = await receiver()
    const before = performance.now()
    await fetch(target.url('/a?x=1'), {
      method: 'PUT',
      body: '{"町": 1 }',
      headers: { 'webhook-id': 'w1' },
    })
    const [seen] = await target.waitFor(1)
    expect(seen).toMatchObject({ method: 'PUT', path: '/a?x=1', headers: { 'webhook-id': 'w1' } })
    expect(seen?.body.equals(Buffer.from('{"町": 1 }'))).toBe(true)
    expect(seen?.receivedAtMs).toBeGreaterThan(before)
    expect(Math.abs(Date.now() - seen!.receivedAt.getTime())).toBeLessThan(5_000)
  })

  test('can be waited for by count and by predicate, and says what came when it waits in vain', async () => {
    const target = await receiver()
    const both = target.waitFor((seen) => seen.some(({ path }) => path === '/b'))
    await post(target.url('/a'))
    await post(target.url('/b'))
    expect(await both).toHaveLength(2)
    expect(target.at('/b')).toHaveLength(1)
    await expect(target.waitFor(3, 30)).rejects.toThrow('in vain; the receiver saw 2 deliveries')
  })
})

describe('the script', () => {
  test('gives each path its replies in order, then the lasting one, then the usual one', async () => {
    const target = await receiver({ reply: { kind: 'answer', status: 202 } })
    target.script('/a', { kind: 'answer', status: 500 }, OK)
    target.always('/a', { kind: 'answer', status: 410 })
    const statuses = []
    for (let i = 0; i < 4; i += 1) statuses.push((await post(target.url('/a'))).status)
    expect(statuses).toEqual([500, 204, 410, 410])
    expect((await post(target.url('/b'))).status).toBe(202)
  })
})

describe('the challenge of a subscription', () => {
  test('is answered with itself and kept apart from deliveries', async () => {
    const target = await receiver({ reply: { kind: 'hang' } })
    const response = await post(target.url('/a'), challenge)
    expect([response.status, await response.json()]).toEqual([200, { challenge: 'c-123' }])
    expect([target.requests.length, target.verifications.length]).toEqual([0, 1])
  })

  test('is answered with a lie, or by the script, when told so', async () => {
    const liar = await receiver({ verification: 'lie' })
    expect(await (await post(liar.url('/a'), challenge)).json()).not.toEqual({ challenge: 'c-123' })
    const scripted = await receiver({ verification: 'as_scripted' })
    scripted.script('/a', { kind: 'answer', status: 403 })
    expect((await post(scripted.url('/a'), challenge)).status).toBe(403)
  })

  test('is not seen in a delivery that only mentions it', async () => {
    const target = await receiver()
    await post(target.url('/a'), { type: 'other', data: { text: challenge.type, challenge: 'x' } })
    expect([target.requests.length, target.verifications.length]).toEqual([1, 0])
  })
})

describe('a fault', () => {
  async function scripted(reply: Reply): Promise<Receiver> {
    const target = await receiver()
    target.script('/a', reply)
    return target
  }

  test('retry-after in seconds and as a date', async () => {
    const target = await scripted(retryAfter(429, 7))
    target.script('/a', retryAfter(503, new Date('2026-11-22T03:00:00Z')))
    const first = await post(target.url('/a'))
    const second = await post(target.url('/a'))
    expect([first.status, first.headers.get('retry-after')]).toEqual([429, '7'])
    expect(second.headers.get('retry-after')).toBe('Sun, 22 Nov 2026 03:00:00 GMT')
  })

  test('redirect: the place to go', async () => {
    const target = await scripted({ kind: 'redirect', to: 'http://169.254.169.254/', status: 307 })
    const response = await post(target.url('/a'))
    expect([response.status, response.headers.get('location')]).toEqual([
      307,
      'http://169.254.169.254/',
    ])
  })

  test('late answer: not before its time', async () => {
    const target = await scripted({ kind: 'answer', status: 204, delayMs: 60 })
    const before = performance.now()
    expect((await post(target.url('/a'))).status).toBe(204)
    expect(performance.now() - before).toBeGreaterThan(55)
  })

  test('hang: the request is taken and nothing comes', async () => {
    const target = await scripted({ kind: 'hang' })
    await expect(post(target.url('/a'), {}, 100)).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(target.requests).toHaveLength(1)
  })

  test('reset before and after the headers', async () => {
    const target = await scripted({ kind: 'reset', when: 'before_headers' })
    target.script('/a', { kind: 'reset', when: 'after_headers' })
    expect(await raw(target, '/a')).toEqual({ seen: '', error: 'ECONNRESET' })
    const second = await raw(target, '/a')
    expect(second.error).toBe('ECONNRESET')
    expect(target.requests).toHaveLength(2)
  })

  test('drip: headers at once, the body a byte at a time', async () => {
    const target = await scripted({ kind: 'drip', bytes: 5, everyMs: 15 })
    const before = performance.now()
    const response = await post(target.url('/a'))
    const headersAfter = performance.now() - before
    expect(await response.text()).toBe('xxxxx')
    expect(performance.now() - before - headersAfter).toBeGreaterThan(30)
  })

  test('slow headers: bytes come, an answer never', async () => {
    const target = await scripted({ kind: 'slow_headers', everyMs: 1 })
    const { seen } = await raw(target, '/a', (text) => text.includes('zzz'))
    expect(seen).toMatch(/^HTTP\/1\.1 200 OK\r\nx-slow: z+$/)
  })

  test('huge body: every byte of it', async () => {
    const target = await scripted({ kind: 'huge_body', bytes: 5_000_000 })
    const response = await post(target.url('/a'))
    expect((await response.arrayBuffer()).byteLength).toBe(5_000_000)
  })

  test('close after n bytes: an orderly end before the announced length', async () => {
    const target = await scripted({ kind: 'close_after', bytes: 3 })
    const { seen, error } = await raw(target, '/a')
    expect(seen).toMatch(/content-length: 4\r\n[^]*\r\n\r\nxxx$/i)
    expect(error).toBeUndefined()
    target.script('/a', { kind: 'close_after', bytes: 3 })
    const response = await post(target.url('/a'))
    await expect(response.text()).rejects.toThrow('terminated')
  })

  test('garbage: what no client takes for HTTP', async () => {
    const target = await scripted({ kind: 'garbage' })
    await expect(post(target.url('/a'))).rejects.toThrow('fetch failed')
  })
})

describe('closing', () => {
  test('drops what still hangs', async () => {
    const target = await startReceiver({ reply: { kind: 'hang' } })
    const pending = post(target.url('/a')).catch((error: unknown) => error)
    await target.waitFor(1)
    expect(await target.openConnections()).toBe(1)
    await target.close()
    expect(await pending).toBeInstanceOf(Error)
    await setImmediate()
    await expect(post(target.url('/a'))).rejects.toThrow('fetch failed')
  })

  test('leaves a receiver that serves a thousand requests at once intact until then', async () => {
    const target = await receiver()
    const all = Array.from({ length: 1_000 }, async (_, i) => post(target.url(`/${i % 10}`)))
    await Promise.all(all)
    await waitFor(() => target.requests.length === 1_000)
    expect(target.at('/3')).toHaveLength(100)
  })
})
