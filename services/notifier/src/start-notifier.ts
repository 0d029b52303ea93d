// Builds everything that a notifier process consists of, in order, and stops it in reverse: no new
// work, what is in flight finishes, results are recorded, claims are given back.

import { type BellStore, type Lane, lanes, listenForBells } from '@renkei/bell'
import {
  assertMigrated,
  type Db,
  forgetAnswers,
  newId,
  openBellPool,
  openDatabase,
  signOff,
} from '@renkei/db'
import { type Logger, makeStopper, type Stopper, systemClock } from '@renkei/service-kit'
import type { Channels } from './channels/channel.ts'
import { makeWebhookChannel } from './channels/webhook/webhook-channel.ts'
import type { NotifierConfig } from './config.ts'
import { type EndpointLoad, makeSlots, type Slots } from './deliver/slots.ts'
import { makeResultBuffer } from './deliver/result-buffer.ts'
import { makeNotifierMetrics } from './health/metrics.ts'
import { startHealthServer } from './health/server.ts'
import { type LaneRunner, makeLaneRunner } from './lanes/lane-runner.ts'
import { every, startSweep } from './lanes/sweep.ts'
import { tellDelivered } from './tell-delivered.ts'
import { makeEventStore } from './view/event-store.ts'
import { makePreviousEvents } from './view/previous-event.ts'

export interface RunningNotifier {
  readonly healthUrl: string
  readonly stopper: Stopper
}

const hourMs = 3_600_000

/** Starts a notifier; rejects when the database is absent or its version is not ours. */
export async function startNotifier(config: NotifierConfig, log: Logger): Promise<RunningNotifier> {
  const stopper = makeStopper(log, config.webhook.timeoutMs + 5000)
  try {
    return { healthUrl: await start(config, log, stopper), stopper }
  } catch (error) {
    await stopper.stop()
    throw error
  }
}

async function start(config: NotifierConfig, log: Logger, stopper: Stopper): Promise<string> {
  const notifierId = newId()
  const database = openDatabase({
    url: config.databaseUrl,
    applicationName: 'renkei-notifier',
    connectionsMax: config.databaseConnectionsMax,
    statementTimeoutMs: 15_000,
    synchronousCommit: 'off',
    onError: (error) => log.warn({ err: error }, 'database.connection-lost'),
  })
  const { db } = database
  stopper.add('database', () => database.close())
  await assertMigrated(db)
  stopper.add('claims', () => signOff(db, notifierId))

  const channels: Channels = { webhook: makeWebhookChannel(senderOptions(config), systemClock) }
  stopper.add('channels', () => channels.webhook.close())
  const endpoints = new Map<string, EndpointLoad>()
  const slots = new Map(lanes.map((lane) => [lane, makeLaneSlots(config, endpoints)]))
  const metrics = makeNotifierMetrics({
    inFlight: () =>
      Object.fromEntries([...slots].map(([lane, { inFlight }]) => [lane, inFlight()])),
    unrecorded: () => results.waiting(),
  })
  const results = makeResultBuffer({ db, notifierId, log, ...config, onRecorded: () => {} })
  stopper.add('results', () => results.flush())

  const shared = {
    db,
    notifierId,
    log,
    results,
    channels,
    events: makeEventStore(db),
    previous: makePreviousEvents(db),
    clock: systemClock,
    random: Math.random,
    giveUpAfterMs: config.giveUpAfterHours * hourMs,
    subscriptionsMax: config.expandSubscriptionsMax,
    endpointInFlightMax: config.endpointInFlightMax,
    onDelivered: tellDelivered({ metrics, log, clock: systemClock }),
  }
  const runners = new Map<Lane, LaneRunner>()
  for (const [lane, laneSlots] of slots) {
    const runner = makeLaneRunner({ ...shared, lane, slots: laneSlots })
    runners.set(lane, runner)
  }
  stopper.add('lanes', async () => {
    await Promise.all([...runners.values()].map((runner) => runner.stop()))
  })
  listen(config, { db, notifierId, log, stopper, wake: (lane) => runners.get(lane)?.wake() })
  const sweep = startSweep({ ...shared, ...config, wake: (lane) => runners.get(lane)?.wake() })
  stopper.add('sweep', () => sweep.stop())

  const health = await startHealthServer({
    host: config.healthHost,
    port: config.healthPort,
    registry: metrics.registry,
    ready: () => sweep.healthy(),
  })
  stopper.add('health', () => health.close())
  return health.url
}

interface ListenDeps {
  readonly db: Db
  readonly notifierId: string
  readonly log: Logger
  readonly stopper: Stopper
  readonly wake: (lane: Lane) => void
}

function listen(config: NotifierConfig, { db, log, stopper, wake }: ListenDeps): void {
  const listener = listenForBells(openStore(config, log, stopper), wake, { log })
  stopper.add('bells', () => listener.close())
  const forgetting = every(hourMs, async () => {
    try {
      await forgetAnswers(db, config.idempotencyHours)
    } catch (error) {
      log.warn({ err: error }, 'answers.not-forgotten')
    }
  })
  stopper.add('housekeeping', () => forgetting.stop())
}

function openStore(config: NotifierConfig, log: Logger, stopper: Stopper): BellStore {
  if (config.redisUrl) return { kind: 'redis', url: config.redisUrl }
  const pool = openBellPool(config.databaseUrl, (error) =>
    log.warn({ err: error }, 'bell.connection-lost'),
  )
  stopper.add('bell pool', () => pool.close())
  return { kind: 'postgres', pool: pool.pool }
}

function makeLaneSlots(config: NotifierConfig, endpoints: Map<string, EndpointLoad>): Slots {
  return makeSlots(config.laneSlots, config.endpointInFlightMax, endpoints)
}

function senderOptions(config: NotifierConfig) {
  return {
    ...config.webhook,
    connectionsPerOriginMax: config.laneSlots,
    responseBytesMax: 4096,
    userAgent: 'Renkei/1',
  }
}
