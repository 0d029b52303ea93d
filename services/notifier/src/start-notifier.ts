// Builds everything that a notifier process consists of, in order, and stops it in reverse: no new
// work, what is in flight finishes, results are recorded, claims are given back.

import { type BellStore, type Lane, listenForBells } from '@renkei/bell'
import {
  assertMigrated,
  dataKeyStore,
  type Database,
  type Db,
  type DeliveryKey,
  forgetAnswers,
  makeAuditPartitions,
  makeSharingBook,
  newId,
  openBellPool,
  openDatabase,
  platformKeyStore,
  signOff,
} from '@renkei/db'
import {
  type Logger,
  makeStopper,
  startTracing,
  type Stopper,
  systemClock,
} from '@renkei/service-kit'
import { openVault, sealerOf, type Vault } from '@renkei/vault'
import { createPlatformKeys, type PlatformKeys } from '@renkei/webhook'
import { startEndWatch } from './agreements/tell-ends.ts'
import type { Gauge, Registry } from 'prom-client'
import type { Channels } from './channels/channel.ts'
import { makeWebhookChannel } from './channels/webhook/webhook-channel.ts'
import type { NotifierConfig } from './config.ts'
import { makeHealthKeeper } from './deliver/endpoint-health.ts'
import { makeInHand } from './deliver/in-hand.ts'
import { makeResultBuffer } from './deliver/result-buffer.ts'
import { type DeliveryTraces, makeDeliveryTraces } from './deliver/traces.ts'
import { endGone } from './endpoints/end-gone.ts'
import { watchEndpoints } from './endpoints/watch-endpoints.ts'
import { makeNotifierMetrics } from './health/metrics.ts'
import { startHealthServer } from './health/server.ts'
import { every } from './lanes/every.ts'
import { startHeartbeat } from './lanes/heartbeat.ts'
import { makeLaneSet } from './lanes/lane-set.ts'
import { startSweep } from './lanes/sweep.ts'
import { startReconciler } from './reconcile/reconciler.ts'
import { startConfirmationJob } from './register/confirmation-job.ts'
import { startReplayFeeder } from './replay/feeder.ts'
import { makeTeller } from './tell-delivered.ts'
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
  const connections = shareConnections(config.databaseConnectionsMax)
  const { db, close } = openPool(config, log, connections.others)
  stopper.add('database', close)
  const urgent = openPool(config, log, connections.urgent)
  stopper.add('database of level 4', urgent.close)
  await assertMigrated(db)
  const vault = await openNotifierVault(config, db, { log, stopper })
  stopper.add('claims', () => signOff(db, notifierId))

  const webhook = makeWebhookChannel({
    options: senderOptions(config),
    clock: systemClock,
    vault,
    platformKeys: openPlatformKeys(db, vault),
  })
  const traces = await openTraces(config, stopper)
  const channels: Channels = { webhook: traces?.around(webhook) ?? webhook }
  stopper.add('channels', () => webhook.close())
  const metrics = makeNotifierMetrics({
    inFlight: () => lanes.inFlight(),
    unrecorded: () => results.waiting(),
  })
  const teller = makeTeller({ metrics, log })
  stopper.add('lines', () => teller.flush())
  const inHand = makeInHand()
  const onRecorded = (recorded: readonly DeliveryKey[], freed: readonly string[]) => {
    inHand.drop(recorded)
    for (const lane of freed) lanes.wake(lane as Lane)
  }
  const basics = { db, clock: systemClock, random: Math.random, log, newId }
  const endGoneOnes = (ids: readonly string[]) => endGone(ids, basics)
  const keeper = makeHealthKeeper({ ...basics, endGone: endGoneOnes })
  const results = makeResultBuffer({ db, notifierId, log, health: keeper, ...config, onRecorded })
  const sharing = makeSharingBook(() => systemClock.now())
  const lanes = makeLaneSet(
    {
      ...basics,
      urgentDb: urgent.db,
      sharing,
      notifierId,
      inHand,
      results,
      channels,
      events: makeEventStore(db, vault),
      previous: makePreviousEvents(db, sharing.find),
      giveUpAfterMs: config.giveUpAfterHours * hourMs,
      giveUpUrgentAfterMs: config.giveUpUrgentAfterHours * hourMs,
      digestAt: () => null,
      onOwed: () => Promise.resolve(),
      subscriptionsMax: config.expandSubscriptionsMax,
      endpointInFlightMax: config.endpointInFlightMax,
      backlogMax: config.laneBacklogMax,
      onDelivered: teller.tell,
      traces,
    },
    {
      slotsMax: config.sendSlotsMax,
      endpointMax: config.endpointInFlightMax,
      organisationPercent: config.organisationSlotsPercent,
    },
  )
  const heartbeat = await startHeartbeat({ ...config, db, notifierId, log, onBeat: lanes.recover })
  stopper.add('heartbeat', () => heartbeat.stop())
  stopper.add('results', () => results.flush())
  stopper.add('lanes', () => lanes.stop())
  listen(config, { db, log, stopper, wake: lanes.wake })
  const sweep = startSweep({ ...config, db, log, wake: lanes.wake })
  stopper.add('sweep', () => sweep.stop())
  const { registry, contacts } = metrics
  watch(config, { db, log, stopper, wake: lanes.wake, contacts, registry })

  const ready = () => sweep.healthy()
  const place = { host: config.healthHost, port: config.healthPort }
  const health = await startHealthServer({ ...place, registry, ready })
  stopper.add('health', () => health.close())
  return health.url
}

interface WatchDeps extends ListenDeps {
  readonly contacts: Gauge<'state'>
  readonly registry: Registry
}

function watch(config: NotifierConfig, deps: WatchDeps): void {
  watchDates(config, deps)
  watchDeliveries(config, deps)
}

// What falls due by the calendar: agreements that end, contacts that are to be confirmed, endpoints that
// have failed for long.
function watchDates(config: NotifierConfig, { stopper, ...deps }: WatchDeps): void {
  const endpoints = watchEndpoints({ ...config, ...deps, clock: systemClock, newId })
  stopper.add('endpoints', () => endpoints.stop())
  const ends = startEndWatch({ ...config, ...deps, clock: systemClock, newId })
  stopper.add('agreements', () => ends.stop())
  const asking = startConfirmationJob({ ...config, ...deps, clock: systemClock, newId })
  stopper.add('confirmations', () => asking.stop())
}

// What is sent again on request, and whether all that is owed is accounted for.
function watchDeliveries(config: NotifierConfig, { stopper, ...deps }: WatchDeps): void {
  const feeder = startReplayFeeder({ ...config, ...deps, clock: systemClock })
  stopper.add('replays', () => feeder.stop())
  const reconciler = startReconciler({ ...config, ...deps, clock: systemClock })
  stopper.add('reconciler', () => reconciler.stop())
}

// A quarter of the connections is for the lane of level 4 alone.
function shareConnections(max: number) {
  const urgent = Math.max(1, Math.floor(max / 4))
  return { urgent, others: max - urgent }
}

function openPool(config: NotifierConfig, log: Logger, connectionsMax: number): Database {
  return openDatabase({
    url: config.databaseUrl,
    applicationName: 'renkei-notifier',
    asService: true,
    connectionsMax,
    statementTimeoutMs: 15_000,
    synchronousCommit: 'off',
    onError: (error) => log.warn({ err: error }, 'database.connection-lost'),
  })
}

async function openTraces(
  { otlpEndpoint }: NotifierConfig,
  stopper: Stopper,
): Promise<DeliveryTraces | undefined> {
  const tracing = await startTracing(otlpEndpoint, 'notifier')
  if (tracing) stopper.add('spans', () => tracing.stop())
  return tracing && makeDeliveryTraces(tracing)
}

async function openNotifierVault(
  { key }: NotifierConfig,
  db: Db,
  { log, stopper }: { log: Logger; stopper: Stopper },
): Promise<Vault> {
  const onFault = (error: unknown) => log.error({ err: error }, 'vault.fault')
  const vault = await openVault({ key, store: dataKeyStore(db), onFault })
  stopper.add('vault', () => vault.settled())
  return vault
}

interface ListenDeps {
  readonly db: Db
  readonly log: Logger
  readonly stopper: Stopper
  readonly wake: (lane: Lane) => void
}

function listen(config: NotifierConfig, { db, log, stopper, wake }: ListenDeps): void {
  const listener = listenForBells(openStore(config, log, stopper), wake, { log })
  stopper.add('bells', () => listener.close())
  const forgetting = every(hourMs, async () => {
    try {
      await makeAuditPartitions(db)
    } catch (error) {
      log.warn({ err: error }, 'audit.partitions-not-made')
    }
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
  const onError = (error: Error) => log.warn({ err: error }, 'bell.connection-lost')
  const pool = openBellPool(config.databaseUrl, onError, { asService: true })
  stopper.add('bell pool', () => pool.close())
  return { kind: 'postgres', pool: pool.pool }
}

function openPlatformKeys(db: Db, vault: Vault): PlatformKeys {
  const store = platformKeyStore(db)
  return createPlatformKeys({ store, sealer: sealerOf(vault), now: () => systemClock.now() })
}

function senderOptions(config: NotifierConfig) {
  return {
    ...config.webhook,
    responseBytesMax: 4096,
    userAgent: 'Renkei/1',
  }
}
