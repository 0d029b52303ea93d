// One run: the system starts, the load runs, the plan comes true, everything heals, and the verdict.

import { startReceiver } from '@renkei/testkit'
import { setTimeout as pause } from 'node:timers/promises'
import { hurry, readBooks, readEnded, readReasons, readStanding } from './books.ts'
import { watchConnections } from './connections.ts'
import type { Defect } from './defects.ts'
import { type FeedReader, startListening, startPolling } from './feed-readers.ts'
import { inflict, type Scene } from './inflict.ts'
import { type Journal, makeJournal } from './journal.ts'
import { judge, type Verdict } from './judge.ts'
import { startLoad } from './load.ts'
import { registerParties } from './parties.ts'
import { type Fault, makePlan } from './plan.ts'
import { makeRandom } from './random.ts'
import { type Receivers, startReceivers } from './receivers.ts'
import { type FaultySystem, startFaultySystem } from './system.ts'

export interface RunOptions {
  readonly seed: number
  readonly faults: number
  /** The plan is spread over so long; what heals comes on top. */
  readonly minutes: number
  readonly perSecond: number
  readonly defect?: Defect | undefined
  readonly say: (line: string) => void
}

const notifiers = 2
const receiverCount = 8
const named = 2
const quietMsMax = 120_000
const lookEveryMs = 500

/** Runs it to the verdict; everything that was started has stopped when it resolves or rejects. */
export async function runFaults(options: RunOptions): Promise<Verdict> {
  const stops: (() => Promise<unknown>)[] = []
  try {
    return await run(options, stops)
  } finally {
    for (const stop of stops.toReversed()) await stop().catch(() => undefined)
  }
}

async function run(options: RunOptions, stops: (() => Promise<unknown>)[]): Promise<Verdict> {
  const { say, defect = {} as Partial<Defect> } = options
  const journal = makeJournal()
  const onAlarm = (alarm: string) => {
    journal.alarms.push(alarm)
    say(`  !! ${alarm}`)
  }
  const system = await startFaultySystem({ notifiers, onAlarm, say })
  stops.push(() => system.stop())
  const scene = await setUp(options, { system, journal, onAlarm }, stops)
  const load = startLoad({
    apiUrl: system.api.url(),
    reporters: scene.reporters,
    lanesPerReporter: 4,
    perSecond: options.perSecond,
    random: makeRandom(options.seed).fork('load'),
    journal,
    ...(defect.instead && { instead: defect.instead }),
  })
  const spoiling = setInterval(() => void defect.spoil?.(system.databaseUrl), 200)
  stops.push(async () => clearInterval(spoiling))
  await carryOut(options, scene)
  say('the faults are over; no new reports')
  await load.stop()
  await untilQuiet(system, say)
  clearInterval(spoiling)
  await untilRead(scene.readers, journal)
  for (const { count, reason } of await readReasons(system.databaseUrl)) {
    say(`  ${String(count).padStart(6)} attempts: ${reason === '' ? 'delivered' : reason}`)
  }
  return judge({
    ...journal,
    subscribers: scene.endpoints,
    readers: scene.readers,
    ended: await readEnded(system.databaseUrl),
    books: await readBooks(system.databaseUrl),
  })
}

interface Made {
  readonly system: FaultySystem
  readonly journal: Journal
  readonly onAlarm: (alarm: string) => void
}

type FullScene = Scene & { readonly reporters: Parameters<typeof startLoad>[0]['reporters'] }

async function setUp(
  { defect }: RunOptions,
  { system, journal, onAlarm }: Made,
  stops: (() => Promise<unknown>)[],
): Promise<FullScene> {
  const { reporters, listeners } = await registerParties(system.databaseUrl, {
    reporters: 3,
    listeners: 5,
  })
  const apiUrl = system.api.url()
  const receivers: Receivers = await startReceivers({
    apiUrl,
    listeners,
    count: receiverCount,
    named,
    names: system.names,
    journal,
    ...(defect?.pass && { pass: defect.pass }),
  })
  stops.push(() => receivers.stop())
  const trap = await startReceiver({
    onDelivery: () => onAlarm('a redirect was followed'),
  })
  stops.push(() => trap.close())
  const pids = () => [system.api, ...system.notifiers].map((place) => place.pid())
  const watch = watchConnections(pids, onAlarm)
  stops.push(async () => watch?.stop())
  const passes = defect?.passes ?? (() => true)
  const [first = { organisationId: '', apiKey: '' }, second = first] = listeners
  const readers: FeedReader[] = [
    startPolling({ apiUrl, listener: first, passes, onAlarm }),
    startListening({ apiUrl, listener: second, passes, onAlarm }),
  ]
  stops.push(() => Promise.all(readers.map((reader) => reader.stop())))
  return {
    system,
    reporters,
    endpoints: receivers.endpoints,
    readers,
    trapUrl: trap.url('/followed'),
    onRedisLost: () => void defect?.onRedisLost?.(system.databaseUrl),
  }
}

// Each fault in its turn at its moment; the next one at the same target waits until the last is healed.
async function carryOut(options: RunOptions, scene: Scene): Promise<void> {
  const { seed, faults: count, say } = options
  const redis = scene.system.redis !== undefined
  const plan = makePlan({ seed, count, redis, notifiers, receivers: receiverCount, named })
  const random = makeRandom(seed).fork('moments')
  const meanMs = (options.minutes * 60_000) / Math.max(1, count)
  const startMs = performance.now()
  const healing = new Map<string, Promise<void>>()
  for (const [index, fault] of plan.entries()) {
    await pause(random.next() * 2 * meanMs)
    await healing.get(fault.target)
    say(`${describeTime(startMs)}  #${index + 1} ${describe(fault)}`)
    const healed = inflict(fault, scene)
    healed.catch(() => undefined)
    healing.set(fault.target, healed)
  }
  await Promise.all(healing.values())
}

function describeTime(startMs: number): string {
  return `${((performance.now() - startMs) / 1000).toFixed(1).padStart(6)} s`
}

function describe({ kind, target, lastsMs, variant }: Fault): string {
  const lasts = lastsMs > 0 ? ` for ${(lastsMs / 1000).toFixed(1)} s` : ''
  return `${kind} → ${target}${lasts} (variant ${variant})`
}

async function untilQuiet(system: FaultySystem, say: (line: string) => void): Promise<void> {
  const startMs = performance.now()
  while (performance.now() - startMs < quietMsMax) {
    await hurry(system.databaseUrl)
    const { waiting, unexpanded } = await readStanding(system.databaseUrl)
    if (waiting + unexpanded === 0) {
      say(`quiet after ${((performance.now() - startMs) / 1000).toFixed(1)} s`)
      return
    }
    await pause(lookEveryMs)
  }
  say(`not quiet after ${quietMsMax / 1000} s`)
}

const readMsMax = 15_000

// The readers have as long as they need to see the last event, up to a limit.
async function untilRead(readers: readonly FeedReader[], { accepted }: Journal): Promise<void> {
  const untilMs = performance.now() + readMsMax
  const hasAll = ({ sightings }: FeedReader) => {
    const seen = new Set(sightings.map(({ eventId }) => eventId))
    return accepted.every(({ eventId }) => seen.has(eventId))
  }
  while (!readers.every(hasAll) && performance.now() < untilMs) await pause(lookEveryMs)
}
