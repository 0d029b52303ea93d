// Every status from 100 to 599 and every fault of the network, each from a real server over a real
// socket: what becomes of the delivery, when it is tried again at each urgency, and what it does to the
// health of the endpoint.

import { createServer, type Socket } from 'node:net'
import { newId } from '@renkei/db'
import { startReceiver, type Receiver, type Reply } from '@renkei/testkit'
import { createSender, newSecret, type Sender } from '@renkei/webhook'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SendOutcome } from '../src/channels/channel.ts'
import { afterAttempts, unknownHealth } from '../src/deliver/health-policy.ts'
import { decideNext } from '../src/deliver/retry-policy.ts'
import { tallyOf } from '../src/deliver/tally.ts'
import type { TriedDelivery } from '../src/deliver/tried-delivery.ts'

const minuteMs = 60_000
// The wait before the second try, without jitter: level 1, level 3, level 4.
const normal = [5000, 1000, 0] as const
const slow = [30 * minuteMs, 5 * minuteMs, 30_000] as const
const none = [null, null, null] as const

type Row = readonly [
  outcome: 'delivered' | 'refused' | 'again',
  waits: readonly (number | null)[],
  /** After one such answer, and after three in a row. */
  health: readonly [string, string],
]

const good: Row = ['delivered', none, ['closed', 'closed']]
const failed: Row = ['again', normal, ['closed', 'open']]
const mistaken: Row = ['again', slow, ['closed', 'open']]
const ended: Row = ['refused', none, ['closed', 'closed']]

// Written out, so that the table of the sender is checked and not repeated.
function rowOf(status: number): Row {
  if (status < 200) return failed
  if (status < 300) return good
  if (status < 400) return mistaken
  if ([408, 425, 429].includes(status) || status >= 500) return failed
  if (status === 410) return ended
  return mistaken
}

const statuses = Array.from({ length: 500 }, (_, nr) => 100 + nr)

let receiver: Receiver
let raw: { url: (path: string) => string; close: () => Promise<void> }
let sender: Sender
const timeoutMs = 400

beforeAll(async () => {
  receiver = await startReceiver()
  raw = await startRawServer()
  sender = createSender({
    allowedCidrs: ['127.0.0.0/8'],
    connectionsPerOriginMax: 16,
    timeoutMs,
    responseBytesMax: 4096,
    userAgent: 'Renkei/1',
    resolve: resolveInTest,
  })
})
afterAll(async () => {
  await sender.close()
  await Promise.all([receiver.close(), raw.close()])
})

test('every status from 100 to 599', async () => {
  const sent = await Promise.all(
    statuses.map(async (status) => [status, await send(raw.url(`/status/${status}`))] as const),
  )
  const wrong = sent.filter(([status, outcome]) => {
    return JSON.stringify(whatFollows(outcome)) !== JSON.stringify(rowOf(status))
  })
  expect(wrong).toEqual([])
  expect(sent.filter(([, outcome]) => outcome.gone).map(([status]) => status)).toEqual([410])
})

const reply = (kind: Reply) => () => {
  receiver.always('/fault', kind)
  return receiver.url('/fault')
}
const faults: readonly (readonly [name: string, url: () => string, row: Row, words: RegExp])[] = [
  ['hangs', reply({ kind: 'hang' }), failed, /no answer in time/],
  [
    'sends headers a byte at a time',
    reply({ kind: 'slow_headers', everyMs: 20 }),
    failed,
    /in time/,
  ],
  [
    'drips its body',
    reply({ kind: 'drip', bytes: 999, everyMs: 20 }),
    failed,
    /did not end in time/,
  ],
  [
    'resets before it answers',
    reply({ kind: 'reset', when: 'before_headers' }),
    failed,
    /reset|closed/,
  ],
  ['resets in its answer', reply({ kind: 'reset', when: 'after_headers' }), failed, /broke off/],
  ['closes in its answer', reply({ kind: 'close_after', bytes: 10 }), failed, /broke off/],
  ['speaks no HTTP', reply({ kind: 'garbage' }), failed, /not HTTP/],
  ['sends headers without end', () => raw.url('/headers'), failed, /headers .* too large/],
  ['closes without a word', () => raw.url('/close'), failed, /closed without an answer|reset/],
  ['answers with more than is read', reply({ kind: 'huge_body', bytes: 999_999 }), good, /200/],
  [
    'redirects to the metadata service',
    reply({ kind: 'redirect', to: 'http://169.254.169.254/' }),
    mistaken,
    /redirects are not followed/,
  ],
  ['is not there', () => 'http://127.0.0.1:1/', failed, /refused the connection/],
  ['speaks no TLS', () => raw.url('/status/200').replace('http:', 'https:'), failed, /TLS failed/],
  ['has no address', () => 'http://nowhere.test/', failed, /could not be resolved/],
  ['has an address that is out of bounds', () => 'http://metadata.test/', failed, /blocked/],
  [
    'is named by an address out of bounds',
    () => 'http://169.254.169.254/',
    mistaken,
    /may not be delivered to/,
  ],
]

test.each(faults)('a receiver that %s', async (_name, url, row, words) => {
  const outcome = await send(url())
  expect(whatFollows(outcome)).toEqual(row)
  expect(outcome.reason).toMatch(words)
})

test.each([
  [429, '30', [30_000, 30_000, 30_000]],
  [503, '7200', [7_200_000, 10 * minuteMs, minuteMs]],
  [503, 'nonsense', normal],
  [400, '7200', slow],
] as const)('%d with Retry-After %s waits as its level allows', async (status, after, waits) => {
  receiver.always('/later', { kind: 'answer', status, headers: { 'retry-after': after } })
  const outcome = await send(receiver.url('/later'))
  expect(whatFollows(outcome)[1]).toEqual(waits)
  const asks = status !== 400 && after !== 'nonsense'
  expect(healthAfter(outcome, 1)).toBe(asks ? 'open' : 'closed')
})

function send(url: string): Promise<SendOutcome> {
  const timestampSeconds = Math.floor(Date.now() / 1000)
  const message = { url, secret, id: newId(), body: '{}', timestampSeconds }
  return sender.send({ ...message, timeoutMs: url.includes('/status/') ? 20_000 : timeoutMs })
}

const secret = newSecret()

function whatFollows(outcome: SendOutcome): Row {
  const next = [1, 3, 4].map((level) =>
    decideNext(outcome, { attempt: 1, level, ageMs: 0, giveUpAfterMs: 1e9, random: 1 }),
  )
  const [first] = next
  return [
    first!.outcome === null ? 'again' : (first!.outcome as 'delivered'),
    next.map(({ retryInMs }) => retryInMs),
    [healthAfter(outcome, 1), healthAfter(outcome, 3)],
  ]
}

function healthAfter(outcome: SendOutcome, times: number): string {
  const tried = { subscriptionId: 's', level: 1, askedMs: outcome.retryAfterMs ?? 0 }
  const one = { countsAgainstHealth: true, ...outcome, ...tried } as unknown as TriedDelivery
  const tally = tallyOf(Array.from({ length: times }, () => one)).get('s')
  const at = { now: new Date(), random: 1, levelWaiting: 0 }
  return tally ? afterAttempts(unknownHealth('s'), tally, at).state : 'closed'
}

async function resolveInTest(name: string) {
  if (name === 'metadata.test') return [{ address: '169.254.169.254', family: 4 as const }]
  throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })
}

async function startRawServer() {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('data', (data) => answerRaw(socket, data.toString()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    url: (path: string) => `http://127.0.0.1:${port}${path}`,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function answerRaw(socket: Socket, request: string): void {
  const [, status] = /\/status\/(\d{3})/.exec(request) ?? []
  if (status) socket.end(`HTTP/1.1 ${status} Any\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`)
  else if (request.includes('/headers'))
    socket.end(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(99_999)}\r\n\r\n`)
  else if (request.includes('/close')) socket.end()
  else socket.end('no TLS is spoken here\r\n')
}
