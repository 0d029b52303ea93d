// One order for everybody: twenty writers on two API processes at once, and readers that come and go,
// by pull and by socket, at cursors and moments of chance. Each must see every event of its view
// once, in feed order, each naming the one before it.

import { type Db, readEventsAfter } from '@renkei/db'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { type FeedEvent, openFeed } from './feed-client.ts'
import type { Party } from './parties.ts'
import { emergencyReport, sampleReport } from './sample-report.ts'

let apis: [TestApi, TestApi]
let writer: Party
let reader: Party

beforeAll(async () => {
  const first = await startTestApi()
  apis = [first, await startTestApi({ beside: first })]
  writer = await first.addParty('example-mobile', 'carrier')
  reader = await first.addParty('example-fixed', 'carrier')
})
afterAll(async () => {
  await apis[1].stop()
  await apis[0].stop()
})

const writers = 20
const revisionsEach = 10
const total = writers * revisionsEach

// Every second report is a crisis, so that half of the events match the filter.
async function write(index: number): Promise<void> {
  const at = writer.at(apis[index % 2]!)
  const json = index % 2 === 0 ? emergencyReport('example-mobile') : sampleReport('example-mobile')
  const created = await at.request('/v1/reports', { json })
  expect(created.status).toBe(201)
  for (let revision = 1; revision < revisionsEach; revision += 1) {
    const other = writer.at(apis[(index + revision) % 2]!)
    const headers = { 'if-match': `"${revision}"` }
    const path = `/v1/reports/${created.body.reportId}/revisions`
    expect(await other.request(path, { json, headers })).toMatchObject({ status: 200 })
  }
}

const anyOf = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)]!

async function pullUntil(query: string, end: Promise<number>): Promise<FeedEvent[]> {
  const seen: FeedEvent[] = []
  let after = '0'
  let wanted = Number.POSITIVE_INFINITY
  void end.then((count) => (wanted = count))
  while (seen.length < wanted) {
    const limit = 1 + Math.floor(Math.random() * 7)
    const path = `/v1/events?after=${after}&limit=${limit}&wait=1${query}`
    const { status, body } = await reader.at(anyOf(apis)).request(path)
    expect({ status, body }).toMatchObject({ status: 200 })
    seen.push(...body.events)
    after = body.next
  }
  return seen
}

async function watchUntil(query: string, end: Promise<number>): Promise<FeedEvent[]> {
  const seen: FeedEvent[] = []
  let after = '0'
  let wanted = Number.POSITIVE_INFINITY
  void end.then((count) => (wanted = count))
  while (seen.length < wanted) {
    const client = await openFeed(anyOf(apis), reader, `after=${after}${query}`)
    // Cut off in the middle of the stream, or when there is no more.
    const enough = Math.min(1 + Math.floor(Math.random() * 60), wanted - seen.length)
    while (client.events.length < enough && seen.length + client.events.length < wanted) {
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    client.socket.terminate()
    const { events } = client
    seen.push(...events)
    after = String(seen.at(-1)?.['feedcursor'] ?? after)
  }
  return seen
}

// What every reader must have seen, from the table itself.
async function expected(db: Db, minLevel: number) {
  const events = await readEventsAfter(db, 0, total * 2)
  return events.filter((event) => event.peakLevel >= minLevel)
}

describe('of two hundred events by twenty writers on two processes', () => {
  test(
    'every reader sees each once, in order and in an unbroken chain',
    { timeout: 180_000 },
    async () => {
      const all = Promise.withResolvers<number>()
      const half = Promise.withResolvers<number>()
      const readers = [
        ...[0, 1, 2].map(() => pullUntil('', all.promise)),
        ...[0, 1, 2].map(() => watchUntil('', all.promise)),
        pullUntil('&minLevel=4', half.promise),
        watchUntil('&minLevel=4', half.promise),
      ]
      await Promise.all(Array.from({ length: writers }, (_, index) => write(index)))
      all.resolve(total)
      half.resolve(total / 2)
      const seen = await Promise.all(readers)

      const { db } = apis[0]
      const whole = (await expected(db, 0)).map((event) => event.eventId)
      const crises = (await expected(db, 4)).map((event) => event.eventId)
      expect(whole).toHaveLength(total)
      for (const [index, events] of seen.entries()) {
        expect(events.map((event) => event['id'])).toEqual(index < 6 ? whole : crises)
      }
      for (const events of seen.slice(0, 6)) expectChain(events)
      // A puller goes on from `next`, which may lie behind its last event; what is named is never before.
      for (const events of seen.slice(6)) {
        for (const [index, event] of events.entries()) {
          const before = Number(events[index - 1]?.['feedcursor'] ?? 0)
          expect(Number(event['previouscursor'])).toBeGreaterThanOrEqual(before)
          expect(Number(event['previouscursor'])).toBeLessThan(Number(event['feedcursor']))
        }
      }
    },
  )

  test('a reader of one stretch gets an unbroken chain also through its filter', async () => {
    const client = await openFeed(apis[1], reader, 'after=0&minLevel=4')
    await client.waitForEvents(total / 2)
    expectChain(client.events)
    client.socket.terminate()
    const { body } = await reader.request('/v1/events?after=0&minLevel=4&limit=500')
    expect(body.events.map((event: FeedEvent) => event['id'])).toEqual(
      client.events.map((event) => event['id']),
    )
    expectChain(body.events)
  })

  test('feed numbers have no hole and the recorded revisions follow them', async () => {
    const events = await expected(apis[0].db, 0)
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1))
    const last = new Map<string, number>()
    for (const event of events) {
      expect(event.revision).toBe((last.get(event.subject) ?? 0) + 1)
      last.set(event.subject, event.revision ?? 0)
    }
  })
})

function expectChain(events: readonly FeedEvent[]): void {
  const named = events.map((event) => event['previouscursor'])
  const before = events.map((event) => event['feedcursor']).slice(0, -1)
  expect(named).toEqual(['0'.repeat(16), ...before])
}
