// The limits of a connection and of what stands before a body: each is met here, and answered where
// HTTP has an answer for it.

import { connect, type Socket } from 'node:net'
import { waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'
import { sendRaw } from './raw-request.ts'

let api: TestApi
let party: Party

beforeAll(async () => {
  api = await startTestApi({
    env: {
      RENKEI_HEADER_BYTES_MAX: '4096',
      RENKEI_HEADERS_MAX: '30',
      RENKEI_URL_BYTES_MAX: '1024',
      RENKEI_QUERY_PARAMETERS_MAX: '20',
      RENKEI_HEADERS_TIMEOUT_MS: '300',
      RENKEI_REQUEST_TIMEOUT_MS: '900',
      RENKEI_KEEP_ALIVE_MS: '300',
      RENKEI_REQUESTS_PER_CONNECTION_MAX: '3',
      RENKEI_CONNECTIONS_MAX: '12',
    },
  })
  party = await api.addParty('example-mobile', 'carrier')
})
afterAll(() => api.stop())

const get = (path: string, headers = '') =>
  `GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${party.apiKey}\r\n${headers}\r\n`
const closing = 'connection: close\r\n'

function read(answer: string) {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), head, problem: JSON.parse(body) }
}

describe('refused with the limit in words:', () => {
  const query = (count: number) =>
    Array.from({ length: count }, (_, index) => `organisation=example-${index}`).join('&')
  const cases: readonly [string, () => string, number, string][] = [
    ['header bytes', () => get('/livez', `x: ${'y'.repeat(5000)}\r\n`), 431, 'headers-too-large'],
    ['headers', () => get('/livez', 'x: y\r\n'.repeat(40) + closing), 431, 'headers-too-large'],
    ['an address', () => get(`/v1/${'y'.repeat(1100)}`, closing), 414, 'url-too-long'],
    ['query parameters', () => get(`/v1/reports?${query(21)}`, closing), 400, 'invalid-request'],
    ['headers that drip', () => 'GET /livez HTTP/1.1\r\nhost: x\r\nx-slow: ', 408, 'too-slow'],
    [
      'a body that drips',
      () =>
        `POST /v1/reports HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${party.apiKey}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`,
      408,
      'too-slow',
    ],
  ]
  test.each(cases)('%s', async (_, write, status, code) => {
    const answer = read(await sendRaw(api.url, write()))
    expect({ status: answer.status, code: answer.problem.code }).toEqual({ status, code })
    expect(answer.head.toLowerCase()).toContain(`x-request-id: ${answer.problem.requestId}`)
  })

  test('up to the limits everything is served', async () => {
    expect(
      read(await sendRaw(api.url, get('/livez', 'x: y\r\n'.repeat(20) + closing))).status,
    ).toBe(200)
    const path = `/v1/reports?${query(20)}`
    expect(read(await sendRaw(api.url, get(path, closing))).status).toBe(200)
  })
})

function open(): Promise<Socket> {
  const { hostname, port } = new URL(api.url)
  const socket = connect(Number(port), hostname)
  // What the server closes without a word may be reset.
  socket.on('error', () => undefined)
  return new Promise((resolve) => socket.once('connect', () => resolve(socket)))
}

test('a connection brings so many requests; the last answer says that it ends', async () => {
  const answer = await sendRaw(api.url, get('/livez').repeat(3))
  expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(3)
  const [first, second, last] = answer.match(/connection: .*/gi) ?? []
  expect([first, second, last]).toEqual([
    expect.stringMatching(/keep-alive/i),
    expect.stringMatching(/keep-alive/i),
    expect.stringMatching(/close/i),
  ])
})

test('an idle connection is closed', async () => {
  const answer = await sendRaw(api.url, get('/livez'))
  expect(read(answer).status).toBe(200)
})

test('connections beyond the limit are closed and counted; those there are stay', async () => {
  const first = await open()
  const others = await Promise.all(Array.from({ length: 20 }, open))
  const closed = () => others.filter((socket) => socket.closed || socket.readableEnded).length
  for (const socket of others) socket.resume()
  await waitFor(() => closed() >= 8)
  let text = ''
  first.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  for (const socket of others) socket.destroy()
  await waitFor(async () => {
    const metrics = await api.request('/metrics').catch(() => undefined)
    const count = /^renkei_connections_dropped_total (\d+)$/m.exec(metrics?.text ?? '')?.[1]
    return Number(count) >= 8
  })
  expect(text).not.toContain('HTTP/1.1 5')
  first.destroy()
})
