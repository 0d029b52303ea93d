// Connections of outsiders: without a key they get few, for a short time, and never the last ones.
// Linux gives every address of 127.0.0.0/8 to whoever asks, so that one test can be many sources.

import { connect, type Socket } from 'node:net'
import { waitFor } from '@renkei/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'

let api: TestApi
let party: Party
let sockets: Socket[] = []

beforeEach(async () => {
  api = await startTestApi({
    env: {
      RENKEI_CONNECTIONS_MAX: '20',
      RENKEI_CONNECTIONS_PER_SOURCE_MAX: '6',
      RENKEI_CONNECTIONS_FREE_CIDRS: '10.0.0.0/8',
      RENKEI_UNPROVEN_KEEP_ALIVE_MS: '300',
    },
  })
  party = await api.addParty('example-mobile', 'carrier')
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  sockets = []
  await api.stop()
})

const isOpen = (socket: Socket) => !socket.closed && !socket.readableEnded

function open(localAddress: string): Promise<Socket> {
  const { hostname, port } = new URL(api.url)
  const socket = connect({ host: hostname, port: Number(port), localAddress })
  sockets.push(socket)
  // What the server closes without a word may be reset.
  socket.on('error', () => undefined)
  socket.resume()
  return new Promise((resolve) => socket.once('connect', () => resolve(socket)))
}

const openMany = (count: number, from: string) =>
  Promise.all(Array.from({ length: count }, () => open(from)))

async function get(socket: Socket, path: string, headers = ''): Promise<string> {
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n${headers}\r\n`)
  await waitFor(() => text.includes('\r\n\r\n') || !isOpen(socket))
  return text
}

const withKey = () => `authorization: Bearer ${party.apiKey}\r\n`

test('one address holds so many connections, and others are not kept out by it', async () => {
  const held = await openMany(15, '127.0.0.2')
  await waitFor(() => held.filter(isOpen).length === 6)
  expect(await get(await open('127.0.0.3'), '/livez')).toContain('HTTP/1.1 200')
  expect(held.filter(isOpen)).toHaveLength(6)
})

test('the last connections are for addresses from which a key has worked', async () => {
  const first = await open('127.0.0.9')
  expect(await get(first, '/v1/reports?limit=1', withKey())).toContain('HTTP/1.1 200')
  for (const from of ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5']) await openMany(6, from)
  await waitFor(() => sockets.filter(isOpen).length === 18)
  const next = await open('127.0.0.9')
  expect(await get(next, '/v1/reports?limit=1', withKey())).toContain('HTTP/1.1 200')
  const stranger = await open('127.0.0.6')
  await waitFor(() => !isOpen(stranger))
})

test('an idle connection on which no key has worked is closed soon, one with a key is kept', async () => {
  const proven = await open('127.0.0.2')
  const unproven = await open('127.0.0.2')
  expect(await get(proven, '/v1/reports?limit=1', withKey())).toContain('HTTP/1.1 200')
  expect(await get(unproven, '/livez')).toContain('HTTP/1.1 200')
  await waitFor(() => !isOpen(unproven))
  expect(isOpen(proven)).toBe(true)
  expect(await get(proven, '/livez')).toContain('HTTP/1.1 200')
})
