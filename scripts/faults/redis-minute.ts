// Redis is stopped for a while and not started again: how long do level-4 reports take to the last of their
// receivers? From the moment before the POST to the last receipt.

import { setTimeout as pause } from 'node:timers/promises'
import { makeJournal } from './journal.ts'
import { registerParties } from './parties.ts'
import { makeRandom } from './random.ts'
import { startReceivers } from './receivers.ts'
import { writeReport } from './reports.ts'
import { type FaultySystem, startFaultySystem } from './system.ts'

export interface WithoutRedis {
  readonly name: 'redis-minute'
  readonly seconds: number
  readonly reports: number
  readonly medianMs: number
  readonly worstMs: number
  readonly toReachMs: number
}

export interface WithoutRedisOptions {
  readonly seconds: number
  readonly say: (line: string) => void
}

const everyMs = 1000
const receiverCount = 8
const arriveMsMax = 20_000

/** Measures it on a system of its own; rejects without a Redis to stop, and when one does not arrive. */
export async function measureWithoutRedis(options: WithoutRedisOptions): Promise<WithoutRedis> {
  const stops: (() => Promise<unknown>)[] = []
  try {
    return await measure(options, stops)
  } finally {
    for (const stop of stops.toReversed()) await stop()
  }
}

async function measure(
  { seconds, say }: WithoutRedisOptions,
  stops: (() => Promise<unknown>)[],
): Promise<WithoutRedis> {
  const journal = makeJournal()
  const onAlarm = (alarm: string) => void journal.alarms.push(alarm)
  const system = await startFaultySystem({ notifiers: 2, onAlarm, say })
  stops.push(() => system.stop())
  if (!system.redis) throw new Error('there is no Redis to stop: apt-get install redis-server')
  const post = await prepare(system, journal, stops)
  await post()
  await system.redis.kill()
  say('Redis is stopped')
  const startMs = performance.now()
  const tookMs: number[] = []
  while (performance.now() - startMs < seconds * 1000) {
    const ms = await post()
    tookMs.push(ms)
    say(`${((performance.now() - startMs) / 1000).toFixed(1).padStart(6)} s  ${ms.toFixed(0)} ms`)
    await pause(Math.max(0, everyMs - ms))
  }
  if (journal.alarms.length > 0) throw new Error(journal.alarms.join('; '))
  const sorted = tookMs.toSorted((a, b) => a - b)
  return {
    name: 'redis-minute',
    seconds,
    reports: tookMs.length,
    medianMs: Math.round(sorted[Math.floor(sorted.length / 2)] ?? Number.NaN),
    worstMs: Math.round(sorted.at(-1) ?? Number.NaN),
    toReachMs: 2000,
  }
}

// Gives what posts one level-4 report and resolves to the time to its last receipt.
async function prepare(
  system: FaultySystem,
  journal: ReturnType<typeof makeJournal>,
  stops: (() => Promise<unknown>)[],
): Promise<() => Promise<number>> {
  const counts = { reporters: 1, listeners: 4 }
  const { reporters, listeners } = await registerParties(system.databaseUrl, counts)
  const apiUrl = system.api.url()
  const receivedAtMs = new Map<string, number[]>()
  const receivers = await startReceivers({
    apiUrl,
    listeners,
    count: receiverCount,
    named: 0,
    names: system.names,
    journal,
    pass(receipt) {
      const times = receivedAtMs.get(receipt.eventId) ?? []
      receivedAtMs.set(receipt.eventId, [...times, performance.now()])
      return [receipt]
    },
  })
  stops.push(() => receivers.stop())
  const random = makeRandom(1)
  const [reporter = { organisationId: '', apiKey: '' }] = reporters
  return async () => {
    const sentMs = performance.now()
    const response = await fetch(`${apiUrl}/v1/reports`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${reporter.apiKey}`,
        'content-type': 'application/json',
      },
      body: writeReport(reporter.organisationId, random, 4),
    })
    const text = await response.text()
    if (response.status !== 201) throw new Error(`answered ${response.status} ${text}`)
    const { eventId } = JSON.parse(text) as { eventId: string }
    const times = () => receivedAtMs.get(eventId) ?? []
    while (times().length < receiverCount) {
      if (performance.now() - sentMs > arriveMsMax) {
        throw new Error(`${receiverCount - times().length} of ${receiverCount} never heard`)
      }
      await pause(2)
    }
    return Math.max(...times()) - sentMs
  }
}
