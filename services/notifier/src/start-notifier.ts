// Builds everything that a notifier process consists of, in order, and stops it in reverse: no new
// work, what is in flight finishes, results are recorded, claims are given back.

import { assertMigrated, newId, readClock, signOff } from '@renkei/db'
import { type Logger, makeStopper, type Stopper, systemClock } from '@renkei/service-kit'
import type { NotifierConfig } from './config.ts'
import { startHealthServer } from './health/server.ts'
import { makeSharedClock } from './lanes/shared-clock.ts'
import { startSweep } from './lanes/sweep.ts'
import { buildLanes } from './wiring/build-lanes.ts'
import type { Context } from './wiring/context.ts'
import { listenToBells } from './wiring/listen-to-bells.ts'
import { openChannels } from './wiring/open-channels.ts'
import { openDatabases } from './wiring/open-databases.ts'
import { openNotifierVault } from './wiring/open-vault.ts'
import { startWatches } from './wiring/start-watches.ts'

export interface RunningNotifier {
  readonly healthUrl: string
  readonly stopper: Stopper
}

/** Starts a notifier; rejects when the database is absent or its version is not ours. */
export async function startNotifier(config: NotifierConfig, log: Logger): Promise<RunningNotifier> {
  const sendMs = Math.max(config.webhook.timeoutMs, config.mail.deadlineMs)
  const stopper = makeStopper(log, sendMs + 5000)
  try {
    return { healthUrl: await start(config, log, stopper), stopper }
  } catch (error) {
    await stopper.stop()
    throw error
  }
}

async function start(config: NotifierConfig, log: Logger, stopper: Stopper): Promise<string> {
  const { db, urgentDb } = openDatabases(config, log, stopper)
  await assertMigrated(db)
  const clock = await makeSharedClock(systemClock, () => readClock(db))
  const context: Context = { config, log, stopper, db, clock, notifierId: newId() }
  const vault = await openNotifierVault(context)
  stopper.add('claims', () => signOff(db, context.notifierId))
  const channels = await openChannels(context, vault)
  const { lanes, metrics } = await buildLanes(context, urgentDb, vault, channels)
  listenToBells(context, lanes.wake)
  const sweep = startSweep({ ...config, db, log, wake: lanes.wake })
  stopper.add('sweep', () => sweep.stop())
  startWatches(context, { metrics, vault, wake: lanes.wake })
  const { registry } = metrics
  const place = { host: config.healthHost, port: config.healthPort }
  const health = await startHealthServer({ ...place, registry, ready: () => sweep.healthy() })
  stopper.add('health', () => health.close())
  return health.url
}
