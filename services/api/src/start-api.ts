// Builds everything that an API process consists of, in order, and stops it in reverse.

import { readFileSync } from 'node:fs'
import { openBell, type BellStore } from '@renkei/bell'
import {
  assertMigrated,
  type Change,
  type Database,
  dataKeyStore,
  type Db,
  makeSharingBook,
  newId,
  openBellPool,
  openDatabase,
  platformKeyStore,
} from '@renkei/db'
import { chooseRuleSet, ruleSets } from '@renkei/schema'
import {
  beginTrace,
  type Logger,
  makeStopper,
  startTracing,
  type Stopper,
  systemClock,
} from '@renkei/service-kit'
import { openVault, sealerOf, type Vault } from '@renkei/vault'
import { createPlatformKeys, createSender, type PlatformKeys, type Sender } from '@renkei/webhook'
import { buildApp } from './app.ts'
import { startForgettingNonces } from './auth/forget-nonces.ts'
import { startKeyUse } from './auth/key-use.ts'
import type { ApiConfig } from './config.ts'
import { type FeedTail, startFeedTail } from './feed/feed-tail.ts'
import { type ApiMetrics, makeApiMetrics } from './health/metrics.ts'
import { readTls } from './read-tls.ts'
import type { ListedRoute } from './route-list.ts'
import { type AcceptTraces, makeAcceptTraces } from './reports/accept-traces.ts'
import { type Committer, makeCommitter } from './reports/committer.ts'

export interface RunningApi {
  readonly url: string
  readonly routes: readonly ListedRoute[]
  readonly stopper: Stopper
}

/** Starts an API; rejects when the database is absent or its version is not ours. */
export async function startApi(config: ApiConfig, log: Logger): Promise<RunningApi> {
  const stopper = makeStopper(log, 10_000)
  try {
    return { ...(await start(config, log, stopper)), stopper }
  } catch (error) {
    await stopper.stop()
    throw error
  }
}

async function start(
  config: ApiConfig,
  log: Logger,
  stopper: Stopper,
): Promise<Omit<RunningApi, 'stopper'>> {
  const connections = shareConnections(config.databaseConnectionsMax)
  const database = openServiceDatabase(config, connections.others, { log, stopper })
  // However many read at the time, what is accepted has connections of its own.
  const accepting = openServiceDatabase(config, connections.accept, { log, stopper })
  await assertMigrated(database.db)
  const vault = await openApiVault(config, database.db, { log, stopper })

  const bell = openBell(openBellStore(config, log, stopper), { log })
  stopper.add('bell', () => bell.close())
  const sharing = makeSharingBook(() => systemClock.now())
  await sharing.refresh(database.db)
  const tail = await startFeedTail({ db: database.db, sharing, vault, log, ...config.feed })
  stopper.add('feed', () => tail.stop())
  const sender = openSender(config, stopper)

  const keyUse = startKeyUse({ db: database.db, log, ...config.auth })
  stopper.add('key use', () => keyUse.stop())
  stopper.add('nonces', startForgettingNonces({ db: database.db, clock: systemClock, log }))
  const metrics = makeApiMetrics(() => committer.pending())
  const traces = await openTraces(config, stopper)
  const versions = (at: string) => chooseRuleSet(ruleSets, at, config.ruleSetVersion)
  const committer: Committer = makeCommitter({
    db: accepting.db,
    bell,
    clock: systemClock,
    newId,
    newTrace: beginTrace,
    chooseRuleSet: versions,
    vault,
    batchMax: config.limits.acceptBatchMax,
    onCommitted: (changes) => tellCommitted(changes, { tail, metrics, log, traces }),
  })
  const app = await buildApp({
    config,
    db: database.db,
    sharing,
    vault,
    bell,
    tail,
    committer,
    sender,
    platformKeys: openPlatformKeys(database.db, vault),
    metrics,
    traces,
    keyUse,
    tls: readTls(config.tls),
    clock: systemClock,
    log,
    newId,
    chooseRuleSet: versions,
  })
  stopper.add('server', () => app.close())
  const url = await app.listen({ host: config.host, port: config.port })
  return { url, routes: app.routeList }
}

function shareConnections(max: number) {
  const accept = Math.max(1, Math.floor(max / 4))
  return { accept, others: max - accept }
}

function openServiceDatabase(
  config: ApiConfig,
  connectionsMax: number,
  { log, stopper }: { log: Logger; stopper: Stopper },
): Database {
  const database = openDatabase({
    url: config.databaseUrl,
    applicationName: 'renkei-api',
    asService: true,
    connectionsMax,
    statementTimeoutMs: config.databaseStatementMs,
    onError: (error) => log.warn({ err: error }, 'database.connection-lost'),
  })
  stopper.add('database', () => database.close())
  return database
}

async function openApiVault(
  { key }: ApiConfig,
  db: Db,
  { log, stopper }: { log: Logger; stopper: Stopper },
): Promise<Vault> {
  const onFault = (error: unknown) => log.error({ err: error }, 'vault.fault')
  const vault = await openVault({ key, store: dataKeyStore(db), onFault })
  stopper.add('vault', () => vault.settled())
  return vault
}

function openSender(config: ApiConfig, stopper: Stopper): Sender {
  const { caFile, ...webhook } = config.webhook
  const sender = createSender({
    ...webhook,
    ...(caFile !== undefined && { caCertificates: [readFileSync(caFile, 'utf8')] }),
    connectionsPerOriginMax: 4,
    responseBytesMax: 16_384,
    userAgent: 'Renkei/1',
  })
  stopper.add('sender', () => sender.close())
  return sender
}

function openPlatformKeys(db: Db, vault: Vault): PlatformKeys {
  const store = platformKeyStore(db)
  return createPlatformKeys({ store, sealer: sealerOf(vault), now: () => systemClock.now() })
}

function openBellStore(config: ApiConfig, log: Logger, stopper: Stopper): BellStore {
  if (config.redisUrl) return { kind: 'redis', url: config.redisUrl }
  const onError = (error: Error) => log.warn({ err: error }, 'bell.connection-lost')
  const pool = openBellPool(config.databaseUrl, onError, { asService: true })
  stopper.add('bell pool', () => pool.close())
  return { kind: 'postgres', pool: pool.pool }
}

async function openTraces(
  { otlpEndpoint }: ApiConfig,
  stopper: Stopper,
): Promise<AcceptTraces | undefined> {
  const tracing = await startTracing(otlpEndpoint, 'api')
  if (tracing) stopper.add('spans', () => tracing.stop())
  return tracing && makeAcceptTraces(tracing)
}

interface Told {
  readonly tail: FeedTail
  readonly metrics: ApiMetrics
  readonly log: Logger
  readonly traces: AcceptTraces | undefined
}

function tellCommitted(changes: readonly Change[], { tail, metrics, log, traces }: Told): void {
  tail.poke()
  traces?.committed(changes)
  metrics.accepted.inc(changes.length)
  for (const change of changes) {
    const { reportId, revision, organisationId: organisation, level, messageStatus } = change
    const { eventId, requestId, lane, traceparent, requestTrace } = change
    // What kind it is, and how it stands, is the carrier's to tell: not a log's.
    const line = {
      reportId,
      revision,
      organisation,
      level,
      messageStatus,
      eventId,
      requestId,
      lane,
      traceparent,
      requestTrace,
    }
    log.info(line, 'report.accepted')
  }
}
